"use strict";
// Adds the time on this device's clock where it differs from those on the page, and waits for a booking to arrive.
(() => {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const clock = (date, timeZone) =>
    new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone }).format(date);

  const refine = (root) => {
    for (const time of root.querySelectorAll("time[data-zones]")) {
      const at = new Date(time.dateTime);
      try {
        if (time.dataset.zones.split(" ").some((zone) => clock(at, zone) === clock(at, here))) continue;
      } catch { continue; }
      const line = Object.assign(document.createElement("span"), { className: "soft", textContent: `${clock(at, here)} on this device (${here.split("/").pop().replaceAll("_", " ")})` });
      time.parentElement.append(document.createElement("br"), line);
    }
  };
  refine(document);

  const box = document.querySelector("[data-poll]");
  if (!box) return;
  try {
    const { title } = JSON.parse(sessionStorage.getItem("frontdesk:booked")) ?? {};
    if (title) box.querySelector("[data-booked-title]").textContent = title;
  } catch { /* Nothing remembered: the page keeps its general words. */ }

  const until = Date.now() + 120000;
  const look = async (wait) => {
    const answer = await fetch(box.dataset.poll).catch(() => null);
    if (answer?.status === 200) {
      const said = Object.assign(document.createElement("div"), { role: "status", className: "said" });
      box.replaceWith(said);
      said.innerHTML = await answer.text();
      refine(said);
    } else if (Date.now() < until) {
      setTimeout(look, wait, Math.min(wait * 1.4, 15000));
    } else {
      box.querySelector("[data-wait]").hidden = true;
      box.querySelector("[data-late]").hidden = false;
    }
  };
  setTimeout(look, 700, 1000);
})();
