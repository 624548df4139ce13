// Every entry of calendar files as ical.js understands it, times as moments; anything it cannot parse ends the program.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const found = createRequire(process.argv[2] + "/").call(null, "ical.js");
const Ical = found.default ?? found;

function read(file) {
  const calendar = new Ical.Component(Ical.parse(file));
  Ical.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) Ical.TimezoneService.register(new Ical.Timezone(zone));
  return calendar.getAllSubcomponents("vevent").map((part) => {
    const event = new Ical.Event(part);
    const text = (name) => part.getFirstPropertyValue(name)?.toString() ?? "";
    return {
      uid: event.uid,
      start: event.startDate.toJSDate().toISOString(),
      end: event.endDate.toJSDate().toISOString(),
      zones: [event.startDate.zone.tzid, event.endDate.zone.tzid],
      sequence: Number(event.sequence ?? 0),
      status: text("status"),
      busy: text("transp"),
      summary: event.summary,
      location: event.location ?? "",
      description: event.description ?? "",
      url: text("url"),
    };
  });
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).flatMap(read)));
