// Choosing a time: the month beside the free times of one day, or the days of a week side by side.
import { boot, h, icon, query, show } from "./dom.js";
import { detailsOf } from "./details.js";
import { fire, timesAreThere } from "./frame.js";
import { monthGrid } from "./month.js";
import { wishes } from "./theme.js";
import { dayOf, settings, shortDay, spokenDay, timeOf } from "./zones.js";
import { weekColumns } from "./week.js";
import { get } from "./server.js";

let loaded = { key: "", slots: [] };

async function freeTimes(kind, length, moving) {
  const key = `${kind.slug}/${length}`;
  const search = new URLSearchParams({ length });
  if (moving) search.set("rescheduleUid", moving.uid);
  const started = performance.now();
  const answer = await get(`/_/slots/${kind.slug}?${search}`);
  const rest = boot.flags.slots - (performance.now() - started);
  if (rest > 0) await new Promise((go) => setTimeout(go, rest));
  const slots = boot.flags.noslots ? [] : answer.slots;
  loaded = { key, slots: slots.map((slot) => ({ start: new Date(slot.start), left: slot.left })) };
}

function byDay() {
  const days = new Map();
  for (const slot of loaded.slots) {
    const day = dayOf(slot.start);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(slot);
  }
  return days;
}

/** Show the calendar. `state` keeps what was chosen, so that going back finds it again. */
export async function pickTime(state, { chosen, problem, focus } = {}) {
  const { kind } = state;
  const stage = h("div", { class: "stage", "aria-busy": "true" }, waiting());
  const alert = h("p", { class: "problem", role: "alert", hidden: !problem }, problem || "");
  const changed = ({ length }) => {
    if (length) state.length = length;
    state.day = null;
    pickTime(state, { chosen, focus: length ? `[name=length][value="${length}"]` : ".zone" });
  };
  const details = () => detailsOf(kind, { length: state.length, moving: state.moving, changed });
  const card = h("div", { class: "card booker" }, details(), h("div", { class: "work" }, alert, stage));
  const fresh = !problem && loaded.key === `${kind.slug}/${state.length}`;
  if (!fresh) show(card);
  try {
    if (!fresh) await freeTimes(kind, state.length, state.moving);
  } catch {
    stage.removeAttribute("aria-busy");
    stage.replaceChildren(h("div", { class: "empty" }, h("h2", {}, "The free times did not load"), h("p", {}, "Check your connection."),
      h("button", { type: "button", class: "button primary", on: { click: () => pickTime(state, { chosen }) } }, "Try again")));
    return;
  }
  const days = byDay();
  stage.removeAttribute("aria-busy");
  if (!days.size) stage.replaceChildren(h("div", { class: "empty" }, h("h2", {}, "No times are free"),
    h("p", {}, `${boot.host.name} has no free time in the next weeks. Please look again later.`)));
  else draw(stage, days, state, chosen);
  show(card, { focus });
  timesAreThere(kind);
}

function draw(stage, days, state, chosen) {
  const layout = wishes.layout || query.get("layout");
  const sideBySide = (layout === "week_view" || layout === "column_view") && matchMedia("(min-width: 720px)").matches;
  stage.classList.toggle("wide", sideBySide);
  if (sideBySide) return stage.replaceChildren(weekColumns(days, { wholeWeek: layout === "week_view", clock, slotButton: (slot) => slotButton(slot, state, chosen) }));
  const all = [...days.keys()].sort();
  if (!state.day || !days.has(state.day)) state.day = all[0];
  const counts = new Map(all.map((day) => [day, days.get(day).length]));
  const list = h("section", { class: "times", "aria-labelledby": "times-of" });
  const fill = () => {
    list.replaceChildren(
      h("div", { class: "times-head" }, h("h2", { id: "times-of", "aria-live": "polite" }, h("span", { "aria-hidden": "true" }, shortDay(state.day)), h("span", { class: "hidden" }, `Free times on ${spokenDay(state.day)}`)), clock(fill)),
      h("ul", { class: "slots" }, days.get(state.day).map((slot) => h("li", {}, slotButton(slot, state, chosen)))));
  };
  fill();
  stage.replaceChildren(
    monthGrid({ free: counts, today: dayOf(new Date()), last: all.at(-1), chosen: state.day, pick: (day) => { state.day = day; fill(); fire("__routeChanged"); } }),
    list);
}

function slotButton(slot, state, chosen) {
  const few = slot.left !== null && slot.left !== undefined;
  return h("button", {
    type: "button", class: "slot", "data-testid": "time", "data-time": slot.start.toISOString(),
    on: { click: () => { state.day = dayOf(slot.start); chosen(slot); } },
  }, timeOf(slot.start), few && h("small", {}, `${slot.left} of ${state.kind.seats} seats left`));
}

function clock(redraw) {
  const half = (twelve, words, spoken) => h("label", {},
    h("input", { type: "radio", name: "clock", checked: settings.hour12 === twelve, "aria-label": spoken, on: { change: () => {
      settings.hour12 = twelve;
      redraw();
      document.querySelector("[name=clock]:checked")?.focus();
    } } }), h("span", {}, words));
  return h("fieldset", { class: "clock" }, h("legend", { class: "hidden" }, "Clock"), half(true, "12h", "12 hours"), half(false, "24h", "24 hours"));
}

function waiting() {
  return h("div", { class: "skeleton" }, h("p", { role: "status" }, icon("calendar"), "Looking for free times…"), h("div", { class: "ghost", "aria-hidden": "true" }));
}
