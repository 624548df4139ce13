"use strict";
// Keeps open pages fresh and adds keys to lists. Without it every page works; it is then as fresh as its last load.
(() => {
  const EVERY = 3500;
  const INTERACTIVE = "a, button, summary, pre";
  const said = document.createElement("div");
  said.className = "said said-live";
  said.setAttribute("role", "status");
  (document.querySelector("main") ?? document.body).append(said);

  const say = (text, href, label) => {
    if (said.dataset.text === text) return;
    said.dataset.text = text;
    const line = document.createElement("p");
    line.textContent = text;
    if (href) line.append(" ", Object.assign(document.createElement("a"), { href, textContent: label }));
    said.replaceChildren(...(text ? [line] : []));
  };

  // What the server said last, so that the browser's own changes (an open raw body) are no news.
  const plain = (region) => region.innerHTML.replace(/name="csrf_token" value="[^"]*"/g, "");
  const regions = (root) => [...root.querySelectorAll("[data-fresh]")];
  const shown = new Map(regions(document).map((region) => [region.dataset.fresh, plain(region)]));
  const keyed = (element) => element?.closest("[data-key]");
  const byKey = (region, key) => region.querySelector(`[data-key="${CSS.escape(key)}"]`);

  const selecting = (region) => {
    const chosen = getSelection();
    return Boolean(chosen && !chosen.isCollapsed && region.contains(chosen.anchorNode));
  };

  const focusAgain = (region, key, place) => {
    const around = key ? byKey(region, key) : null;
    around?.querySelectorAll(INTERACTIVE)[place]?.focus({ preventScroll: true });
  };

  // Puts new content in. What the pointer or the focus is on stays where it is on the screen, or nothing is done yet.
  const swap = (region, fresh) => {
    const pointed = [...region.querySelectorAll(":hover")].pop();
    const focused = region.contains(document.activeElement) ? document.activeElement : null;
    const loose = (element) => element && !keyed(element) && element.closest(INTERACTIVE);
    if (selecting(region) || loose(pointed) || loose(focused)) return false;
    const holder = keyed(pointed) ?? keyed(focused);
    const top = holder?.getBoundingClientRect().top;
    const focusKey = keyed(focused)?.dataset.key;
    const focusPlace = focusKey ? [...keyed(focused).querySelectorAll(INTERACTIVE)].indexOf(focused) : -1;
    const open = [...region.querySelectorAll("details[open]")].map((details) => details.dataset.key);
    const old = [...region.childNodes];
    const [x, y] = [scrollX, scrollY];

    region.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    for (const key of open) byKey(region, key)?.setAttribute("open", "");
    if (holder) {
      const moved = () => (byKey(region, holder.dataset.key)?.getBoundingClientRect().top ?? Infinity) - top;
      if (Number.isFinite(moved()) && Math.abs(moved()) > 1) scrollBy({ top: moved(), behavior: "instant" });
      if (Math.abs(moved()) > 1) {
        region.replaceChildren(...old);
        scrollTo({ left: x, top: y, behavior: "instant" });
        focused?.focus({ preventScroll: true });
        return false;
      }
    }
    focusAgain(region, focusKey, focusPlace);
    return true;
  };

  let latest = null;
  const apply = () => {
    if (!latest) return;
    let held = false;
    for (const fresh of regions(latest)) {
      const name = fresh.dataset.fresh;
      const region = document.querySelector(`[data-fresh="${CSS.escape(name)}"]`);
      if (!region || shown.get(name) === plain(fresh)) continue;
      if (swap(region, fresh)) {
        shown.set(name, plain(fresh));
        if (fresh.dataset.freshUrl) region.dataset.freshUrl = fresh.dataset.freshUrl;
      }
      else held = held || name !== "rail";
    }
    if (!held) latest = null;
    say(held ? "There is news. It is shown as soon as the pointer leaves this place." : "");
  };

  const look = async () => {
    if (document.hidden) return;
    const address = document.querySelector("[data-fresh-url]")?.dataset.freshUrl ?? location.href;
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer) return say("The site cannot be reached; what is shown may be old.");
    if (answer.redirected && answer.url.includes("/sign-in")) {
      clearInterval(timer);
      return say("You were signed out.", answer.url, "Sign in again");
    }
    if (answer.redirected) return location.replace(answer.url);
    if (!answer.ok) return say("The site cannot be asked right now; what is shown may be old.");
    latest = new DOMParser().parseFromString(await answer.text(), "text/html");
    apply();
  };
  let timer = 0;
  if (shown.size) {
    timer = setInterval(look, EVERY);
    document.addEventListener("visibilitychange", look);
    document.addEventListener("pointerout", () => setTimeout(apply));
  }

  // "/" goes to the search; arrows walk the rows from there.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector("[data-search]");
    const here = document.activeElement;
    if (event.key === "/" && search && !here.matches("input, select, textarea")) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...document.querySelectorAll(".row-link")];
    const at = here === search && search ? -1 : rows.indexOf(here.closest(".row")?.querySelector(".row-link"));
    if (!step || !rows.length || (at < 0 && here !== search)) return;
    const next = at + step < 0 ? search : rows[at + step];
    if (next && !(here === search && step < 0)) {
      event.preventDefault();
      next.focus();
      if (next !== search) next.closest(".row").scrollIntoView({ block: "nearest" });
    }
  });
})();
