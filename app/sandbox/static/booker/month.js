// The days of a month from this week on, as a grid: arrows move by day and week, Page Up and Page Down by month, Home and End within the week.
import { h, icon } from "./dom.js";
import { monthName, noon, spokenDay } from "./zones.js";

const WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const LEAST_WEEKS = 4;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

const iso = (moment) => moment.toISOString().slice(0, 10);
const plus = (day, days) => iso(new Date(noon(day).getTime() + days * 864e5));
const weekday = (day) => (noon(day).getUTCDay() + 6) % 7;

function plusMonths(month, count) {
  const [year, number] = month.split("-").map(Number);
  return iso(new Date(Date.UTC(year, number - 1 + count, 15))).slice(0, 7);
}

/** The month's element with a `draw` function. `pick(day)` is called for a free day only. */
export function monthGrid({ free, today, chosen, pick, last }) {
  let month = (chosen || today).slice(0, 7);
  let cursor = chosen || today;
  const title = h("h2", { class: "month-name", id: "month-name", "aria-live": "polite" });
  const body = h("tbody");
  const back = turner("left", "Previous month", -1);
  const on = turner("right", "Next month", 1);
  const grid = h("table", { class: "days", role: "grid", "aria-labelledby": "month-name", on: { keydown: keys } },
    h("thead", {}, h("tr", {}, WEEK.map((name) => h("th", { scope: "col", abbr: name }, name.slice(0, 3))))), body);
  const root = h("section", { class: "month", "aria-label": "Choose a day" },
    h("div", { class: "month-head" }, title, h("div", { class: "turners" }, back, on)), grid);

  function turner(shape, label, step) {
    return h("button", { type: "button", class: "turn", "aria-label": label, on: { click: () => turn(step) } }, icon(shape));
  }
  function turn(step) {
    month = plusMonths(month, step);
    const first = [...free.keys()].filter((day) => day.startsWith(month)).sort()[0];
    cursor = first || `${month}-01`;
    draw();
  }
  function draw() {
    const [name, year] = monthName(month);
    title.replaceChildren(h("strong", {}, name), ` ${year}`);
    back.disabled = month <= today.slice(0, 7);
    on.disabled = month >= last.slice(0, 7);
    const rows = [];
    const first = today.startsWith(month) ? today : `${month}-01`;
    let day = plus(first, -weekday(first));
    do {
      const week = h("tr");
      for (let i = 0; i < 7; i += 1, day = plus(day, 1)) week.append(cell(day));
      rows.push(week);
    } while (day.slice(0, 7) <= month || rows.length < LEAST_WEEKS);
    body.replaceChildren(...rows);
  }
  function cell(day) {
    if (day < `${month}-01` || day > last) return h("td", { class: "outside" });
    const count = free.get(day) || 0;
    const marks = [count && "free", day === chosen && "chosen", day === today && "today"].filter(Boolean).join(" ");
    const words = count ? `${count} free ${count === 1 ? "time" : "times"}` : "no free times";
    return h("td", { "aria-selected": day === chosen ? "true" : "false" }, h("button", {
      type: "button", class: `day ${marks}`, "data-day": day, "data-testid": count ? "day" : null,
      tabIndex: day === cursor ? 0 : -1, "aria-disabled": count ? null : "true",
      "aria-label": `${spokenDay(day)}${day === today ? ", today" : ""}, ${words}`,
      on: { click: () => count && choose(day) },
    }, !day.startsWith(month) && day.endsWith("-01") && h("small", {}, monthName(day.slice(0, 7))[0].slice(0, 3)), String(Number(day.slice(8)))));
  }
  function choose(day) {
    chosen = day;
    cursor = day;
    draw();
    body.querySelector(`[data-day="${day}"]`).focus();
    pick(day);
  }
  function keys(event) {
    const at = event.target.dataset?.day;
    if (!at) return;
    let to = null;
    if (event.key in STEPS) to = plus(at, STEPS[event.key]);
    else if (event.key === "Home") to = plus(at, -weekday(at));
    else if (event.key === "End") to = plus(at, 6 - weekday(at));
    else if (event.key === "PageUp" || event.key === "PageDown") to = sameDay(at, event.key === "PageUp" ? -1 : 1);
    if (!to) return;
    event.preventDefault();
    if (to < today || to > last) return;
    cursor = to;
    if (event.key.startsWith("Page") || !body.querySelector(`[data-day="${to}"]`)) month = to.slice(0, 7);
    draw();
    body.querySelector(`[data-day="${to}"]`).focus();
  }
  function sameDay(day, step) {
    const target = plusMonths(day.slice(0, 7), step);
    const wanted = `${target}-${day.slice(8)}`;
    const clipped = Number.isNaN(noon(wanted).getTime()) || !iso(noon(wanted)).startsWith(target) ? `${target}-28` : wanted;
    return clipped < today ? today : clipped > last ? last : clipped;
  }

  draw();
  return root;
}
