"use strict";
// Once a preview is open it follows what is typed. A form that was changed asks before it is left.
(() => {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const button = form.querySelector("[data-preview-button]");
  let [open, timer, dirty] = [false, 0, false];
  form.addEventListener("submit", (event) => {
    if (event.submitter === button) open = true;
    else dirty = false;
  });
  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(timer);
    if (open) timer = setTimeout(() => form.requestSubmit(button), 800);
  });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
