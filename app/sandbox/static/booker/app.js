// A booking page from its start to its end: list, time, details, ticket; each step is told to the page around the frame.
import { boot, framed, main, query } from "./dom.js";
import { askDetails } from "./form.js";
import { begin, fire } from "./frame.js";
import { pickTime } from "./pick.js";
import { paint } from "./theme.js";
import { cancelView, ticket } from "./ticket.js";

function book(kind, moving = null) {
  const wanted = Number(query.get("duration"));
  const state = { kind, moving, day: query.get("date"), length: kind.lengths.includes(wanted) ? wanted : kind.length };
  if (moving) state.length = kind.lengths.includes(moving.length) ? moving.length : kind.length;
  const again = (more) => pickTime(state, { chosen, ...more });
  const move = (booking) => {
    fire("__routeChanged");
    book(kind, booking);
  };
  function chosen(slot) {
    askDetails(state, slot, {
      back: () => {
        fire("__routeChanged");
        again({ focus: `[data-time="${slot.start.toISOString()}"]` });
      },
      done: (result) => ticket(result.booking, { dates: result.dates, move, fresh: true }),
      taken: (problem) => again({ problem, focus: ".day.chosen" }),
    });
  }
  document.addEventListener("layout", () => main.querySelector(".stage") && again({}));
  return again({ focus: moving ? ".day.chosen" : undefined });
}

function listen() {
  for (const link of main.querySelectorAll("[data-slug]")) {
    if (!framed) {
      link.search = location.search;
      continue;
    }
    link.addEventListener("click", (event) => {
      const kind = boot.eventTypes.find((one) => one.slug === link.dataset.slug);
      event.preventDefault();
      fire("eventTypeSelected", { eventType: kind });
      fire("__routeChanged");
      book(kind);
    });
  }
}

function start() {
  const move = (booking) => book(boot.eventType, booking);
  if (boot.flags.tall) main.style.paddingBottom = `${boot.flags.tall}px`;
  if (boot.view === "list") return listen();
  if (boot.view === "pick") return book(boot.eventType, boot.booking || null);
  const open = ["ACCEPTED", "PENDING"].includes(boot.booking?.status) && (!boot.booking.seated || boot.booking.seat);
  if (boot.view === "cancel" && open) return cancelView(boot.booking, { move });
  if (boot.view === "booking" || boot.view === "cancel") return ticket(boot.booking, { move });
}

paint({ theme: query.get("theme"), colorScheme: query.get("ui.color-scheme") });
begin(start);
