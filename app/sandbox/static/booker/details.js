// The column that says what is being booked: host, length, place, price, and the visitor's time zone.
import { boot, h, icon } from "./dom.js";
import { allZones, cityOf, longDay, settings, timeOf } from "./zones.js";

/** A price as people write it. */
export function money(price) {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency: price.currency, minimumFractionDigits: price.amount % 1 ? 2 : 0 }).format(price.amount);
}

/** The details of an event type. `changed()` is called when the zone or the length is another one. */
export function detailsOf(kind, { length, moving, slot, changed }) {
  return h("aside", { class: "details", "aria-label": "Details" },
    h("p", { class: "who" }, h("span", { class: "avatar", "aria-hidden": "true" }, boot.host.initials), boot.host.name),
    h("h1", {}, kind.title),
    h("p", { class: "about" }, kind.description),
    moving && !slot && h("p", { class: "former" }, h("strong", {}, "So far"), h("s", {}, `${longDay(new Date(moving.start))}, ${timeOf(new Date(moving.start))}`)),
    slot && h("p", { class: "picked" }, icon("calendar"), h("span", {}, h("strong", {}, longDay(slot.start)),
      `${timeOf(slot.start)} – ${timeOf(new Date(slot.start.getTime() + length * 6e4))}`)),
    h("ul", { class: "facts" },
      kind.lengths.length > 1 && !moving && !slot ? h("li", {}, lengths(kind, length, changed)) : h("li", {}, icon("clock"), `${length} minutes`),
      h("li", {}, icon(kind.place.kind === "link" ? "link" : "place"), kind.place.kind === "link" ? "Video call" : kind.place.value),
      kind.price && h("li", {}, icon("price"), money(kind.price)),
      kind.confirmFirst && h("li", {}, icon("hand"), "Confirmed by hand"),
      kind.seats && h("li", {}, icon("people"), `Up to ${kind.seats} people`),
      kind.weeks && h("li", {}, icon("repeat"), "Every week"),
      slot ? h("li", {}, icon("globe"), settings.zone.replaceAll("_", " ")) : h("li", {}, icon("globe"), zones(changed))));
}

function lengths(kind, chosen, changed) {
  return h("fieldset", { class: "lengths" }, h("legend", { class: "hidden" }, "Length"), icon("clock"),
    h("span", { class: "pills" }, kind.lengths.map((minutes) => h("label", {},
      h("input", { type: "radio", name: "length", value: String(minutes), checked: minutes === chosen, on: { change: () => changed({ length: minutes }) } }),
      h("span", {}, `${minutes} min`)))));
}

function zones(changed) {
  const select = h("select", { class: "zone", "aria-label": "Time zone", on: { change: () => { settings.zone = select.value; changed({}); } } });
  const fill = (names) => select.replaceChildren(...names.map((name) => h("option", { value: name, selected: name === settings.zone, title: cityOf(name) }, name.replaceAll("_", " "))));
  fill([settings.zone]);
  (window.requestIdleCallback || setTimeout)(() => document.activeElement !== select && fill(allZones()));
  select.addEventListener("focus", () => select.length < 3 && fill(allZones()));
  return select;
}
