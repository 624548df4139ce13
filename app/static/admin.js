"use strict";
// Keeps open pages fresh and adds keys to lists. Without it every page works; it is then as fresh as its last load.
(() => {
  const EVERY = 3500;
  const said = document.createElement("div");
  said.className = "said said-live";
  said.setAttribute("role", "status");
  (document.querySelector("main") ?? document.body).append(said);

  const say = (text, link) => {
    const line = document.createElement("p");
    line.textContent = text;
    if (link) line.append(" ", Object.assign(document.createElement("a"), link));
    said.replaceChildren(...(text ? [line] : []));
  };

  // What was there when the page was made, so that the browser's own changes (open details) do not count as news.
  const plain = (html) => html.replace(/name="csrf_token" value="[^"]*"/g, "");
  const regions = () => [...document.querySelectorAll("[data-fresh]")];
  const known = new Map(regions().map((region) => [region.dataset.fresh, plain(region.innerHTML)]));
  let waiting = false;

  const place = (element) => element?.closest("[data-key]") ?? element?.closest("a, button, summary, pre");
  const find = (region, element) => {
    const key = element?.closest("[data-key]")?.dataset.key;
    const around = key ? region.querySelector(`[data-key="${CSS.escape(key)}"]`) : region;
    return { key, around };
  };
  const selecting = (region) => {
    const chosen = getSelection();
    return Boolean(chosen && !chosen.isCollapsed && region.contains(chosen.anchorNode));
  };

  // Puts the new content in. What the pointer or the focus is on stays where it is on the screen, or nothing happens.
  const swap = (region, fresh) => {
    const hovered = place(region.querySelector(":hover") ? [...region.querySelectorAll(":hover")].pop() : null);
    const focused = region.contains(document.activeElement) ? document.activeElement : null;
    const anchor = hovered ?? focused;
    const before = anchor?.getBoundingClientRect();
    const { key } = find(region, anchor);
    if (anchor && !key && anchor.isConnected && region.contains(anchor)) return false;
    const open = [...region.querySelectorAll("details[open][data-key]")].map((details) => details.dataset.key);
    const old = [...region.childNodes];
    const from = { x: scrollX, y: scrollY };
    const focusedKey = focused?.closest("[data-key]")?.dataset.key;
    const focusedAt = focused ? [...(focused.closest("[data-key]") ?? region).querySelectorAll("a, button, summary, pre")].indexOf(focused) : -1;
    region.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    for (const each of open) region.querySelector(`details[data-key="${CSS.escape(each)}"]`)?.setAttribute("open", "");
    if (anchor) {
      const now = find(region, anchor);
      const there = key ? region.querySelector(`[data-key="${CSS.escape(key)}"]`) : now.around;
      const top = () => there?.getBoundingClientRect().top;
      if (there && Math.abs(top() - (anchor.closest("[data-key]") === anchor ? before.top : old_top(before, anchor))) > 1) scrollBy(0, top() - before.top);
      if (!there || Math.abs(top() - before.top) > 1) {
        region.replaceChildren(...old);
        scrollTo(from.x, from.y);
        focused?.focus({ preventScroll: true });
        return false;
      }
    }
    if (focused) {
      const around = focusedKey ? region.querySelector(`[data-key="${CSS.escape(focusedKey)}"]`) : region;
      around?.querySelectorAll("a, button, summary, pre")[focusedAt]?.focus({ preventScroll: true });
    }
    return true;
  };
})();
