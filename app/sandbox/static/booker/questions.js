// The questions that a host adds to the form: one field for each type, answers in the form that Cal.com keeps them in.
import { h } from "./dom.js";

const INPUTS = { phone: "tel", number: "number", url: "url" };

/** Fields for all questions, the answers given before filled in; hidden ones are not asked. */
export function questionFields(questions, given = {}) {
  return questions.filter((one) => !one.hidden).map((one) => field(one, given[one.slug]));
}

/** What the form says, question by question; what is left empty is left out. */
export function answersIn(form, questions) {
  const found = {};
  for (const one of questions) {
    const value = one.hidden ? undefined : read(form, one);
    if (value !== undefined && value !== "" && !(Array.isArray(value) && !value.length)) found[one.slug] = value;
  }
  return found;
}

/** Required questions without an answer, each with its first field. */
export function unanswered(form, questions) {
  const answers = answersIn(form, questions);
  return questions.filter((one) => one.required && !one.hidden && !(one.slug in answers)).map((one) => form.querySelector(`[data-question="${one.slug}"]`));
}

function field(one, value) {
  const words = one.required ? one.label : `${one.label} (optional)`;
  if (["checkbox", "radio", "multiselect"].includes(one.type)) return group(one, words, value);
  const id = `question-${one.slug}`;
  const shared = { id, "data-question": one.slug, placeholder: one.placeholder || null, "aria-describedby": `error-${id}`, "aria-required": one.required ? "true" : null };
  const error = h("p", { class: "error", id: `error-${id}` });
  if (one.type === "boolean") {
    return h("div", { class: "field" }, h("label", { class: "tick" }, h("input", { ...shared, type: "checkbox", checked: value === true }), words), error);
  }
  return h("div", { class: "field" }, h("label", { htmlFor: id }, words), control(one, shared, value), error);
}

function control(one, shared, value = "") {
  if (one.type === "select") {
    const options = ["", ...one.options].map((each) => h("option", { value: each, selected: each === value }, each || one.placeholder || "Choose"));
    return h("select", { ...shared, placeholder: null }, options);
  }
  if (["textarea", "multiemail", "address"].includes(one.type)) {
    return h("textarea", { ...shared, rows: one.type === "textarea" ? 3 : 2, value: Array.isArray(value) ? value.join("\n") : value });
  }
  return h("input", { ...shared, type: INPUTS[one.type] || "text", value });
}

function group(one, words, value = []) {
  const id = `question-${one.slug}`;
  const type = one.type === "radio" ? "radio" : "checkbox";
  const choices = one.options.map((each, place) => h("label", { class: "tick" },
    h("input", { type, name: id, value: each, checked: [].concat(value).includes(each), "data-question": place ? null : one.slug, "aria-describedby": `error-${id}` }), each));
  return h("fieldset", { class: "field choices" }, h("legend", {}, words), choices, h("p", { class: "error", id: `error-${id}` }));
}

function read(form, one) {
  const id = `question-${one.slug}`;
  const chosen = () => [...form.querySelectorAll(`[name="${id}"]:checked`)].map((each) => each.value);
  if (one.type === "radio") return chosen()[0];
  if (["checkbox", "multiselect"].includes(one.type)) return chosen();
  const own = form.querySelector(`#${CSS.escape(id)}`);
  if (one.type === "boolean") return own.checked || undefined;
  if (one.type === "multiemail") return own.value.split(/[\s,;]+/).filter(Boolean);
  return own.value.trim();
}
