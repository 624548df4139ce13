// A booking after it was made: what, when, where, who, and what can be done with it.
import { boot, framed, h, icon, query, show } from "./dom.js";
import { money } from "./details.js";
import { fire } from "./frame.js";
import { post } from "./server.js";
import { cityOf, longDay, sameClock, settings, timeOf } from "./zones.js";

const seatOf = (booking) => (booking.seat ? `?seatReferenceUid=${encodeURIComponent(booking.seat)}` : "");

function heading(booking) {
  if (booking.moved) return ["calendar", "This meeting was moved", "ended", "A later time took its place."];
  if (booking.status === "CANCELLED") return ["cross", "This meeting is cancelled", "ended", "The time is free again for others."];
  if (booking.status === "REJECTED") return ["cross", "This request was declined", "ended", `${boot.host.name} cannot make it at this time.`];
  if (booking.paymentDue) return ["price", "Your payment is still due", "wait", "The time is held for you. It is yours once it is paid."];
  if (booking.status === "PENDING") return ["hand", "Your request was sent", "wait", `${boot.host.name} reads it and answers. Until then the time is held for you.`];
  return ["check", "This meeting is scheduled", "good", "You can move or cancel it here at any time before it begins."];
}

/** Show a booking. `move()` starts the choice of another time. */
export function ticket(booking, { dates = [], move, fresh = false } = {}) {
  const start = new Date(booking.start);
  const end = new Date(booking.end);
  const [shape, title, mood, next] = heading(booking);
  const live = ["ACCEPTED", "PENDING"].includes(booking.status);
  const line = (zone) => `${timeOf(start, zone)} – ${timeOf(end, zone)}`;
  const own = live && (!booking.seated || booking.seat);
  const said = h("p", { class: "problem", role: "alert", hidden: true });
  const card = h("div", { class: "card ticket", "data-testid": live ? "success-page" : "ended-page" },
    h("header", { class: `ticket-head ${mood}` }, h("span", { class: "seal" }, icon(shape)), h("h1", { tabIndex: -1 }, title), h("p", {}, next)),
    h("dl", {},
      row("What", booking.typeTitle),
      row("When", h("time", { dateTime: booking.start }, h("strong", {}, longDay(start)), h("br"), line(settings.zone), h("span", { class: "soft" }, ` ${cityOf(settings.zone)} time`)),
        !sameClock(start, settings.zone, boot.host.timeZone) && h("span", { class: "soft other" }, `${line(boot.host.timeZone)} ${cityOf(boot.host.timeZone)} time`)),
      dates.length > 1 && row("Further dates", h("ul", { class: "dates" }, dates.slice(1).map((date) => h("li", {}, `${longDay(new Date(date))}, ${timeOf(new Date(date))}`)))),
      row("Where", booking.place.kind === "link" ? h("a", { href: booking.place.value, target: "_blank", rel: "noopener" }, "Video call") : booking.place.value),
      row("With", boot.host.name, booking.person && h("span", { class: "soft other" }, `${booking.person.name}, ${booking.person.email}`), booking.guests.map((guest) => h("span", { class: "soft other" }, guest))),
      booking.price && row("Price", money(booking.price))),
    said,
    booking.paymentDue && h("p", { class: "row" }, h("button", { type: "button", class: "button primary", "data-testid": "pay", on: { click: pay } }, `Pay ${money(booking.price)}`), h("span", { class: "soft" }, "Simulated: no money moves.")),
    own && h("p", { class: "row acts" },
      !booking.paymentDue && h("a", { class: "button", "data-testid": "reschedule", href: `/reschedule/${booking.uid}${seatOf(booking)}`, on: { click: (event) => { event.preventDefault(); move(booking); } } }, icon("repeat"), "Move it"),
      h("a", { class: "button quiet danger", "data-testid": "cancel", href: `/booking/${booking.uid}?cancel=true${seatOf(booking).replace("?", "&")}`, on: { click: (event) => { event.preventDefault(); cancelView(booking, { move }); } } }, "Cancel it")),
    booking.moved && booking.successor && h("p", { class: "row" }, h("a", { class: "button primary", href: here(`/booking/${booking.successor}`) }, "See the new time")),
    !live && !booking.moved && h("p", { class: "row" }, h("a", { class: "button primary", href: here(`/${boot.host.username}/${booking.eventType}`) }, "Book a new time")));
  show(card, { focus: fresh ? "h1" : undefined });

  async function pay(event) {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const answer = await post(`/_/pay/${booking.uid}`, {});
      ticket(answer.booking, { move, fresh: true });
      fire("__routeChanged");
    } catch (problem) {
      button.disabled = false;
      said.textContent = problem.words;
      said.hidden = false;
    }
  }
}

/** Ask whether the meeting should really end. */
export function cancelView(booking, { move }) {
  const start = new Date(booking.start);
  const said = h("p", { class: "problem", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: "button primary bad", "data-testid": "confirm_cancel" }, "Cancel this meeting");
  const form = h("form", { class: "card ticket", "data-testid": "cancel-form", on: { submit: send } },
    h("h1", { tabIndex: -1 }, "Cancel this meeting?"),
    h("p", {}, h("strong", {}, booking.typeTitle), ` on ${longDay(start)}, ${timeOf(start)}. ${boot.host.name} is told at once.`), said,
    booking.weeks && h("fieldset", { class: "choice" }, h("legend", {}, "Which dates"),
      radio("one", "Only this date", true), radio("all", "All dates that are still to come", false)),
    h("div", { class: "field" }, h("label", { htmlFor: "reason" }, "Reason (optional)"), h("textarea", { id: "reason", name: "reason", rows: 2, maxLength: 1000, "data-testid": "cancel_reason" })),
    h("p", { class: "row" }, h("button", { type: "button", class: "button", on: { click: () => ticket(booking, { move, fresh: true }) } }, "Keep it"), button));
  show(form, { focus: "h1" });
  fire("__routeChanged");

  async function send(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      const whole = form.elements.which?.value === "all";
      const answer = await post(`/_/cancel/${booking.uid}${seatOf(booking)}`, { reason: form.elements.reason.value, wholeSeries: whole });
      fire("bookingCancelled", answer.event);
      ticket(answer.booking, { move, fresh: true });
      fire("__routeChanged");
    } catch (problem) {
      button.disabled = false;
      said.textContent = problem.words;
      said.hidden = false;
    }
  }
}

function radio(value, words, checked) {
  return h("label", { class: "check" }, h("input", { type: "radio", name: "which", value, checked }), h("span", {}, words));
}

function row(term, ...content) {
  return h("div", { class: "fact" }, h("dt", {}, term), h("dd", {}, ...content));
}

function here(path) {
  return framed ? `${path}/embed?embed=${encodeURIComponent(query.get("embed") || "")}` : path;
}
