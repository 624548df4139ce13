// Times as people read them, in a zone of their choice.

const language = navigator.language || "en-GB";

export const settings = {
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "Europe/London",
  hour12: new Intl.DateTimeFormat(language, { hour: "numeric" }).resolvedOptions().hour12 === true,
};

const made = new Map();
function format(options, zone) {
  const key = JSON.stringify([options, zone]);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
  return made.get(key);
}

/** "2030-01-31": the day a moment falls on. */
export function dayOf(moment, zone = settings.zone) {
  const parts = Object.fromEntries(
    format({ year: "numeric", month: "2-digit", day: "2-digit" }, zone).formatToParts(moment).map((p) => [p.type, p.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** "14:30" or "2:30pm". */
export function timeOf(moment, zone = settings.zone) {
  if (!settings.hour12) return format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone).format(moment);
  return format({ hour: "numeric", minute: "2-digit", hourCycle: "h12" }, zone).format(moment).replace(/\s/g, "").toLowerCase();
}

/** "Tuesday 8 December". */
export function longDay(moment, zone = settings.zone) {
  return format({ weekday: "long", day: "numeric", month: "long" }, zone).format(moment).replace(",", "");
}

/** A calendar day as a moment at noon UTC, far from every edge. */
export function noon(day) {
  return new Date(`${day}T12:00:00Z`);
}

/** "Tue 8 Dec". */
export function shortDay(day) {
  return format({ weekday: "short", day: "numeric", month: "short" }, "UTC").format(noon(day)).replace(",", "");
}

/** "Tuesday 8 December 2030", for a calendar day. */
export function spokenDay(day) {
  return format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, "UTC").format(noon(day)).replace(",", "");
}

/** ["December", "2030"]. */
export function monthName(month) {
  const moment = noon(`${month}-01`);
  return [format({ month: "long" }, "UTC").format(moment), format({ year: "numeric" }, "UTC").format(moment)];
}

/** "Europe/London" as "London". */
export function cityOf(zone) {
  return zone.split("/").pop().replaceAll("_", " ");
}

/** Whether two zones show the same time at that moment. */
export function sameClock(moment, one, other) {
  return timeOf(moment, one) === timeOf(moment, other) && dayOf(moment, one) === dayOf(moment, other);
}

/** Every zone the browser knows, the chosen one among them. */
export function allZones() {
  const known = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [];
  return [...new Set([settings.zone, "UTC", ...known])].sort();
}
