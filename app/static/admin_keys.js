"use strict";
// Keys for lists and pages, buttons that say that they work, confirm steps that can be closed. Without it all of this is there by mouse and Tab.
(() => {
  const FIELDS = "input, select, textarea, [contenteditable]";
  const PLACES = { t: "/admin/", b: "/admin/calendar", p: "/admin/people", d: "/admin/inbox", m: "/admin/outbox", s: "/admin/sync", r: "/admin/reports", e: "/admin/event-types", c: "/admin/calcom", a: "/admin/audit" };
  const ROWS = "main :is(.row-link, .need > a, .day-sheet th > a)";
  const ROW = ".row, .need, .day-sheet tr";
  const FROM_ELSEWHERE = "#search";
  const rows = () => [...document.querySelectorAll(ROWS)].filter((link) => link.checkVisibility?.() ?? true);
  let going = 0;

  const search = () => document.querySelector("main [data-search]");
  const toSearch = () => {
    search()?.focus();
    search()?.select();
  };
  const walk = (step) => {
    const all = rows();
    const here = document.activeElement;
    const at = here === search() ? -1 : all.indexOf(here.closest?.(ROW)?.querySelector(ROWS));
    if (!all.length) return false;
    if (at < 0 && step < 0) return false;
    const next = at + step < 0 ? search() : all[at + step];
    next?.focus();
    if (next && next !== search()) next.closest(ROW)?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  };
  const go = (key, part = "") => {
    const link = PLACES[key] && document.querySelector(`.rail nav a[href="${PLACES[key]}"]`);
    if (link) location.assign(link.href + part);
    return Boolean(link);
  };

  document.addEventListener("keydown", (event) => {
    const here = document.activeElement;
    const open = document.querySelector(":popover-open");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (here.matches(FIELDS)) {
      if (event.key === "Escape") here.blur();
      if (here !== search() || event.key !== "ArrowDown") return;
    }
    let done = false;
    if (event.key === "?") {
      document.getElementById("keys")?.togglePopover();
      done = true;
    } else if (open) return;
    else if (going) {
      done = go(event.key);
      clearTimeout(going);
      going = 0;
    } else if (event.key === "g") going = setTimeout(() => { going = 0; }, 1500);
    else if (event.key === "/") {
      if (search()) toSearch();
      done = search() ? true : go("b", FROM_ELSEWHERE);
    } else {
      const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
      const letter = event.key === "j" || event.key === "k";
      // Arrows scroll the page until somebody is in a list; letters have nothing else to do.
      if (step && (letter || here === search() || here.closest(ROW))) done = walk(step);
    }
    if (done) event.preventDefault();
  });

  if (location.hash === FROM_ELSEWHERE) toSearch();

  // A button that starts long work says so until the next page is there.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.busy || event.defaultPrevented) return;
    setTimeout(() => {
      button.dataset.label = button.innerHTML;
      button.textContent = `${button.dataset.busy}…`;
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    });
  });
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[aria-busy]")) {
      if (button.dataset.label) button.innerHTML = button.dataset.label;
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });

  document.addEventListener("click", (event) => {
    const details = event.target.closest?.("[data-close]")?.closest("details");
    if (!details) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
})();
