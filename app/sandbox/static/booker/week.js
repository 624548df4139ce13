// Days side by side, each with its free times: a whole week, or the next days on which something is free.
import { h, icon } from "./dom.js";
import { noon, shortDay } from "./zones.js";

const plus = (day, days) => new Date(noon(day).getTime() + days * 864e5).toISOString().slice(0, 10);
const monday = (day) => plus(day, -((noon(day).getUTCDay() + 6) % 7));

/** The columns with buttons to turn the page. */
export function weekColumns(days, { wholeWeek, slotButton, clock }) {
  const free = [...days.keys()].sort();
  const pages = [];
  if (wholeWeek) {
    for (let at = monday(free[0]); at <= free.at(-1); at = plus(at, 7)) pages.push(Array.from({ length: 7 }, (_, i) => plus(at, i)));
  } else {
    for (let i = 0; i < free.length; i += 4) pages.push(free.slice(i, i + 4));
  }
  let page = 0;
  const root = h("section", { class: "week", "aria-label": "Choose a time" });
  const title = h("h2", { "aria-live": "polite" });
  const columns = h("div", { class: "columns" });
  const turn = (shape, label, step) => h("button", { type: "button", class: "turn", "aria-label": label, on: { click: () => { page += step; draw(); } } }, icon(shape));
  const back = turn("left", "Earlier days", -1);
  const on = turn("right", "Later days", 1);
  function draw() {
    const shown = pages[page];
    title.textContent = `${shortDay(shown[0])} – ${shortDay(shown.at(-1))}`;
    back.disabled = page === 0;
    on.disabled = page === pages.length - 1;
    columns.style.setProperty("--columns", String(shown.length));
    columns.replaceChildren(...shown.map((day) => h("section", { class: "column", "aria-label": shortDay(day) },
      h("h3", {}, shortDay(day)),
      days.has(day) ? h("ul", { class: "slots" }, days.get(day).map((slot) => h("li", {}, slotButton(slot)))) : h("p", { class: "soft none" }, "No times"))));
  }
  draw();
  root.append(h("div", { class: "month-head" }, title, h("div", { class: "turners" }, clock(draw), back, on)), columns);
  return root;
}
