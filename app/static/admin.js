"use strict";
// Keeps open pages fresh. Without it every page works; it is then as fresh as its last load.
// Every few seconds it asks whether anything was written; only then, or when times have aged, it reads the page again.
(() => {
  const EVERY = 3000;
  const AGED = 60000;
  const SLOWEST = 60000;
  const INTERACTIVE = "a, button, summary, pre, input, select, textarea";
  const main = document.querySelector("main") ?? document.body;
  const said = document.createElement("div");
  said.className = "said said-live";
  said.setAttribute("role", "status");
  main.append(said);

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

  const changed = (field) =>
    field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked
      : field.matches("select") ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0
        : field.value !== field.defaultValue;
  const typed = (root) => [...root.querySelectorAll("input:not([type=hidden]), textarea, select")].some(changed);

  const focusAgain = (region, key, place) => {
    const around = key ? byKey(region, key) : null;
    around?.querySelectorAll(INTERACTIVE)[place]?.focus({ preventScroll: true });
  };

  // Puts new content in. What the pointer or the focus is on stays where it is on the screen, or nothing is done yet.
  const swap = (region, fresh) => {
    const pointed = [...region.querySelectorAll(":hover")].pop();
    const focused = region.contains(document.activeElement) ? document.activeElement : null;
    const loose = (element) => element && !keyed(element) && element.closest(INTERACTIVE);
    if (selecting(region) || typed(region) || loose(pointed) || loose(focused) || focused?.matches("input, select, textarea")) return false;
    const holder = keyed(pointed) ?? keyed(focused);
    const top = holder?.getBoundingClientRect().top;
    const focusKey = keyed(focused)?.dataset.key;
    const focusPlace = focusKey ? [...keyed(focused).querySelectorAll(INTERACTIVE)].indexOf(focused) : -1;
    const open = [...region.querySelectorAll("details[open]")].map((details) => details.dataset.key).filter(Boolean);
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
    say(held ? "There is news. It is shown as soon as you leave this place." : "");
  };

  class Away extends Error {}
  let over = false;
  const signedOut = (answer) => {
    if (!answer.redirected || !answer.url.includes("/sign-in")) return false;
    over = true;
    say("You were signed out.", `${new URL(answer.url).pathname}?next=${encodeURIComponent(location.pathname + location.search)}`, "Sign in again");
    return true;
  };
  const ask = async (address, headers) => {
    const answer = await fetch(address, { headers, cache: "no-store" }).catch(() => null);
    if (!answer) throw new Away("The site cannot be reached; what is shown may be old. It is tried again by itself.");
    if (!answer.ok && answer.status !== 304) throw new Away("The site cannot be asked right now; what is shown may be old. It is tried again by itself.");
    return answer;
  };

  const read = async () => {
    const address = document.querySelector("[data-fresh-url]")?.dataset.freshUrl ?? location.href;
    const answer = await ask(address, { Accept: "text/html" });
    if (signedOut(answer)) return;
    if (answer.redirected) return typed(main) ? undefined : location.replace(answer.url);
    latest = new DOMParser().parseFromString(await answer.text(), "text/html");
    apply();
  };

  const pulse = document.querySelector("[data-pulse]")?.dataset;
  let [readAt, wait, timer, busy] = [performance.now(), EVERY, 0, false];
  const look = async () => {
    const answer = await ask(pulse.pulseUrl, { "If-None-Match": `"${pulse.pulse}"` });
    if (signedOut(answer)) return;
    const news = answer.status === 200;
    if (!news && performance.now() - readAt < AGED && !latest) return;
    const stamp = news ? (await answer.json()).stamp : pulse.pulse;
    if (news || performance.now() - readAt >= AGED) await read();
    else apply();
    // Only now: what failed in between is read again.
    pulse.pulse = stamp;
    readAt = performance.now();
  };
  const round = async () => {
    clearTimeout(timer);
    if (busy || over || document.hidden) return;
    busy = true;
    try {
      await look();
      if (wait > EVERY) say("");
      wait = EVERY;
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      say(error.message);
      wait = Math.min(wait * 2, SLOWEST);
    } finally {
      busy = false;
      if (!over && !document.hidden) timer = setTimeout(round, wait);
    }
  };
  if (shown.size && pulse) {
    timer = setTimeout(round, EVERY);
    document.addEventListener("visibilitychange", round);
    addEventListener("online", round);
    document.addEventListener("pointerout", () => setTimeout(apply));
    document.addEventListener("focusout", () => setTimeout(apply));
  }
})();
