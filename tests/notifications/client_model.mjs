// A calendar that gets invitations by mail (RFC 5546), read by ical.js: prints for each list of files what it ends with.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const ICAL = createRequire(process.argv[2] + "/").call(null, "ical.js");
const Ical = ICAL.default ?? ICAL;

function end(files) {
  const seen = new Map();
  for (const file of files) {
    const calendar = new Ical.Component(Ical.parse(file));
    const method = calendar.getFirstPropertyValue("method");
    for (const zone of calendar.getAllSubcomponents("vtimezone")) Ical.TimezoneService.register(new Ical.Timezone(zone));
    const event = new Ical.Event(calendar.getFirstSubcomponent("vevent"));
    const before = seen.get(event.uid);
    const sequence = Number(event.sequence ?? 0);
    if (before && before.sequence >= sequence) continue;
    const start = event.startDate.toJSDate().toISOString();
    seen.set(event.uid, { sequence, gone: method === "CANCEL", start, end: event.endDate.toJSDate().toISOString() });
  }
  return [...seen.values()].filter((each) => !each.gone).map((each) => [each.start, each.end]);
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(end)));
