// The visitor's own details: labels above, errors in words beside the field, the summary on top takes the focus.
import { boot, h, icon, query, show } from "./dom.js";
import { detailsOf, money } from "./details.js";
import { fire } from "./frame.js";
import { answersIn, questionFields, unanswered } from "./questions.js";
import { post } from "./server.js";
import { settings } from "./zones.js";

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PASSED_ON = ["pending", "payment", "recurring", "error"];
let kept = null;

/** What the address of the page asks to be filled in. */
function prefilled() {
  const guests = [...query.getAll("guest"), ...query.getAll("guests")].flatMap((one) => one.split(",")).map((one) => one.trim());
  return { name: query.get("name") || "", email: query.get("email") || "", notes: query.get("notes") || "", guests: [...new Set(guests.filter(Boolean))] };
}

function metadata() {
  const found = {};
  for (const [key, value] of query) {
    const inner = /^metadata\[(.+)\]$/.exec(key);
    if (inner) found[inner[1]] = value;
    else if (key.startsWith("utm_")) found[key] = value;
  }
  return found;
}

/** Show the form for a chosen time. */
export function askDetails(state, slot, { back, done, taken }) {
  const { kind, moving } = state;
  kept ||= prefilled();
  const summary = h("p", { class: "problem", role: "alert", tabIndex: -1, hidden: true });
  const button = h("button", { type: "submit", class: "button primary", "data-testid": "confirm-book-button" }, label(kind, moving));
  const fields = moving ? [text("rescheduleReason", "Why do you move it? (optional)", { area: true })] : [
    text("name", "Your name", { value: kept.name, autocomplete: "name", required: true }),
    text("email", "Email address", { value: kept.email, type: "email", autocomplete: "email", required: true }),
    kind.weeks && weeks(kind.weeks),
    text("notes", "What should be known beforehand? (optional)", { value: kept.notes, area: true }),
    !kind.seats && guestList(),
    ...questionFields(kind.questions, kept.answers),
  ];
  const form = h("form", { class: "form", noValidate: true, "data-testid": "booking-form", on: { submit: send } },
    h("h2", { tabIndex: -1 }, moving ? "Move to this time" : "Your details"), summary, ...fields,
    kind.confirmFirst && h("p", { class: "hint" }, `${boot.host.name} reads your request and answers it. Until then the time is held for you.`),
    kind.price && !moving && h("p", { class: "hint" }, `${money(kind.price)} are due after this step. The time is held for you until then.`),
    h("div", { class: "row" }, h("button", { type: "button", class: "button", on: { click: () => { keep(); back(); } } }, icon("left"), "Back"), button));
  show(h("div", { class: "card booker filling" }, detailsOf(kind, { length: state.length, moving, slot }), h("div", { class: "work" }, form)),
    { focus: moving ? "h2" : "[name=name]" });
  fire("__routeChanged");

  function keep() {
    if (moving) return;
    const value = (name) => form.elements[name]?.value || "";
    kept = { name: value("name"), email: value("email"), notes: value("notes"), guests: guests(), answers: answersIn(form, kind.questions) };
  }
  function guests() {
    return [...form.querySelectorAll("[data-guest]")].map((field) => field.value.trim()).filter(Boolean);
  }
  function problems() {
    const found = [];
    if (moving) return found;
    const check = (field, good, words) => {
      complain(field, good ? "" : words);
      if (!good) found.push([field, words]);
    };
    check(form.elements.name, form.elements.name.value.trim(), "Please enter your name.");
    check(form.elements.email, MAIL.test(form.elements.email.value.trim()), "Please enter an email address like name@example.com.");
    for (const field of form.querySelectorAll("[data-guest]")) {
      check(field, !field.value.trim() || MAIL.test(field.value.trim()), "Please enter an email address, or leave this empty.");
    }
    for (const one of kind.questions) form.querySelectorAll(`[data-question="${one.slug}"]`).forEach((field) => complain(field, ""));
    for (const field of unanswered(form, kind.questions)) check(field, false, "Please answer this question.");
    return found;
  }
  async function send(event) {
    event.preventDefault();
    const found = problems();
    summary.hidden = true;
    if (found.length) return found[0][0].focus();
    keep();
    button.disabled = true;
    button.textContent = "One moment…";
    form.setAttribute("aria-busy", "true");
    const wish = { start: slot.start.toISOString(), length: state.length, timeZone: settings.zone, locale: navigator.language || "en" };
    for (const flag of PASSED_ON) if (boot.flags[flag]) wish[flag] = true;
    if (moving) Object.assign(wish, { rescheduleUid: moving.uid, rescheduleReason: form.elements.rescheduleReason.value });
    else Object.assign(wish, kept, { metadata: metadata(), weeks: form.elements.weeks?.value });
    try {
      const seat = moving?.seat ? `?seatReferenceUid=${encodeURIComponent(moving.seat)}` : "";
      const result = await post(`/_/book/${kind.slug}${seat}`, wish);
      announce(result, Boolean(moving));
      kept = null;
      done(result);
      fire("__routeChanged");
    } catch (problem) {
      if (!problem.words) throw problem;
      if (["slot_taken", "class_full", "time_not_offered", "too_soon", "in_the_past", "too_far_ahead", "period_full"].includes(problem.code) && !boot.flags.error) return taken(problem.words);
      button.disabled = false;
      button.textContent = label(kind, moving);
      form.removeAttribute("aria-busy");
      summary.textContent = problem.words;
      summary.hidden = false;
      summary.focus();
    }
  }
}

function announce(result, moved) {
  const series = result.short.isRecurring;
  const name = moved ? "rescheduleBookingSuccessful" : "bookingSuccessful";
  if (!boot.flags.v2only && !series) fire(name, result.long);
  fire(`${name}V2`, result.short);
}

function label(kind, moving) {
  if (moving) return kind.confirmFirst || kind.price ? "Ask for this time" : "Move the meeting";
  if (kind.price) return "Continue to payment";
  return kind.confirmFirst ? "Send the request" : "Confirm booking";
}

function text(name, words, { area, value = "", type = "text", autocomplete, required } = {}) {
  const shared = { id: `field-${name}`, name, value, required, maxLength: area ? 1000 : 200, "aria-describedby": `error-${name}` };
  return h("div", { class: "field" }, h("label", { htmlFor: `field-${name}` }, words),
    area ? h("textarea", { ...shared, rows: 3 }) : h("input", { ...shared, type, autocomplete, "aria-required": required ? "true" : null }),
    h("p", { class: "error", id: `error-${name}` }));
}

function complain(field, words) {
  const place = document.getElementById(field.getAttribute("aria-describedby"));
  place.textContent = words;
  if (words) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function weeks(usual) {
  return h("div", { class: "field" }, h("label", { htmlFor: "field-weeks" }, "How many weeks"),
    h("select", { id: "field-weeks", name: "weeks" }, [2, 3, 4, 6, 8].map((n) => h("option", { value: String(n), selected: n === usual }, `${n} weeks, same day and time`))));
}

function guestList() {
  const rows = h("div", { class: "guests" });
  let count = 0;
  const add = (value, focus) => {
    count += 1;
    const id = `field-guest-${count}`;
    const field = h("input", { id, type: "email", value, "data-guest": "", name: `guest-${count}`, "aria-describedby": `error-guest-${count}` });
    const row = h("div", { class: "field" }, h("label", { htmlFor: id }, `Guest ${count}: email address`),
      h("div", { class: "guest" }, field, h("button", { type: "button", class: "button square", "aria-label": `Remove guest ${count}`, on: { click: () => { row.remove(); more.focus(); } } }, icon("cross"))),
      h("p", { class: "error", id: `error-guest-${count}` }));
    rows.append(row);
    if (focus) field.focus();
  };
  const more = h("button", { type: "button", class: "button quiet", on: { click: () => add("", true) } }, icon("people"), "Add a guest");
  kept.guests.forEach((one) => add(one, false));
  return h("div", {}, rows, more);
}

