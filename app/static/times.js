"use strict";
// Times in the visitor's own zone from the start, and a choice that takes effect at once.
(() => {
  const form = document.querySelector("[data-zone-form]");
  if (!form) return;
  const zone = form.elements.zone;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...zone.options].some((option) => option.value === here);
  if (!new URLSearchParams(location.search).has("zone") && known && zone.value !== here) {
    const query = new URLSearchParams(location.search);
    query.set("zone", here);
    location.replace(`?${query}${location.hash}`);
    return;
  }
  const button = form.querySelector("button");
  button.hidden = true;
  for (const field of form.querySelectorAll("select")) {
    let byKey = false;
    // Arrow keys only look through the list; it takes effect when the list is left, or at once with the pointer.
    field.addEventListener("keydown", () => (byKey = true));
    field.addEventListener("pointerdown", () => (byKey = false));
    field.addEventListener("change", () => byKey || form.submit());
    field.addEventListener("blur", () => byKey && field.value !== field.querySelector("option[selected]")?.value && form.submit());
  }
})();
