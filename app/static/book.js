"use strict";
// The queue that Cal.com's script takes over when it arrives.
{
  const queue = (...call) => {
    const [verb, name] = call;
    if (verb !== "init" || typeof name !== "string") return void queue.q.push(call);
    const own = queue.ns[name] ??= Object.assign((...later) => own.q.push(later), { q: [] });
    own.q.push(call);
    queue.q.push(["initNamespace", name]);
  };
  window.Cal = Object.assign(queue, { q: [], ns: {}, loaded: true });
}

// The booking stage: loads the calendar, says how it stands, and shows the way out when it does not come.
(() => {
  const NS = "book";
  const stage = document.querySelector("[data-embed]");
  if (!stage) return;
  const { link, origin, script, visitor, source, success, watch, light, dark, title, config, moments, tell } = stage.dataset;
  const status = stage.querySelector("[role=status]");
  const words = {
    idle: "The calendar loads when you get here.",
    loading: "Loading the calendar…",
    slow: "The calendar takes longer than usual. Wait a little, or use the booking page.",
    ready: "Pick a day, then a time. Times are in your zone.",
    "blocked-script": "The calendar could not be loaded. An ad blocker or the network may be in the way.",
    "blocked-frame": "The calendar did not open on this page. Your browser or the network may be blocking it.",
    "link-failed": "The calendar cannot be shown right now.",
    offline: "You are offline. The calendar comes back with your connection.",
    booked: "You are booked. One moment…",
    pending: "Your request was sent. One moment…",
    due: "Your time is held. The payment is still due: finish it in the calendar below.",
  };
  // Deprecated twins of the second version; they carry personal data, and nobody here needs them.
  const ignored = ["bookingSuccessful", "rescheduleBookingSuccessful", "availabilityLoaded"];
  const signsOfLife = ["bookerReady", "bookerViewed", "navigatedToBooker", "eventTypeSelected"];
  let started = false, live = false, alive = false, finished = false, timer;

  // What happened, for the site: names and moments, several together. `tell` is missing where the browser asks not to be followed.
  let told = [], last, handing;
  const passed = () => Math.round(performance.now());
  const hand = () => {
    handing = clearTimeout(handing);
    if (!told.length) return;
    try {
      navigator.sendBeacon(moments, JSON.stringify({ visitor, page: location.pathname, now: passed(), moments: told }));
    } catch { /* The booking does without. */ }
    told = [];
  };
  const note = (kind, ...about) => {
    if (kind === last || !tell?.split(" ").includes(kind)) return;
    told.push([last = kind, passed(), ...about]);
    handing ??= setTimeout(hand, 5000);
    if (told.length > 20) hand();
  };
  note("opened", source.slice(0, 200));
  for (const leaving of ["pagehide", "visibilitychange"]) addEventListener(leaving, hand);
  stage.addEventListener("click", ({ target }) => note(target.dataset.way));

  const show = (state) => {
    note(state);
    stage.dataset.state = state;
    stage.ariaBusy = state === "loading" || state === "slow";
    stage.toggleAttribute("data-live", live);
    status.textContent = words[state];
  };
  const fail = (state) => {
    if (!live && !finished) show(navigator.onLine ? state : "offline");
  };
  const after = (seconds, then) => {
    clearTimeout(timer);
    timer = setTimeout(then, seconds * 1000);
  };
  const frame = () => stage.querySelector("iframe");

  // Every event of the calendar passes here, once, without uids and without anything personal.
  const track = (type, { eventSlug, startTime, status, paymentRequired, code } = {}) =>
    note(type) || document.dispatchEvent(new CustomEvent("frontdesk:embed", { detail: { type, eventSlug, startTime, status, paymentRequired, code } }));

  const ready = () => {
    live = true;
    if (!finished) show("ready");
    after(6, () => {
      if (!alive && !finished) status.textContent = "No times to see? Use the booking page, the link is below the calendar.";
    });
  };

  const done = ({ title, startTime, endTime, status: stands, paymentRequired }) => {
    const start = new Date(startTime);
    if (finished || isNaN(start)) return;
    finished = true;
    clearTimeout(timer);
    const state = paymentRequired ? "due" : stands === "PENDING" ? "pending" : "confirmed";
    const query = new URLSearchParams({ start: start.toISOString(), state });
    try {
      sessionStorage.setItem("frontdesk:booked", JSON.stringify({ title, start: startTime, end: endTime }));
    } catch { /* Storage may be closed to us; the page does without. */ }
    show(state === "confirmed" ? "booked" : state);
    if (state === "due") return held(query);
    setTimeout(() => location.assign(`${success}?${query}`), 700);
  };

  // The payment happens in the frame, so the visitor stays until the site knows that it has arrived.
  const held = (query, wait = 3000) => {
    const open = Object.assign(document.createElement("a"), { href: `${success}?${query}`, textContent: "Show my booking" });
    status.append(" ", open);
    const look = async () => {
      const answer = await fetch(`${watch}?${query}`).catch(() => null);
      if (answer?.headers.get("X-Booking-Status") === "confirmed") return location.assign(open.href);
      wait = Math.min(wait * 1.3, 20000);
      setTimeout(look, wait);
    };
    setTimeout(look, wait);
  };

  const heard = {
    __iframeReady: () => after(10, () => fail("link-failed")),
    linkReady: ready,
    linkFailed: () => {
      clearTimeout(timer);
      live = false;
      fail("link-failed");
    },
    bookingSuccessfulV2: done,
    rescheduleBookingSuccessfulV2: done,
  };

  addEventListener("message", ({ source: sender, origin: from, data: message }) => {
    if (!sender || sender !== frame()?.contentWindow || from !== origin) return;
    if (message?.originator !== "CAL" || message.namespace !== NS || ignored.includes(message.type)) return;
    alive ||= signsOfLife.includes(message.type);
    track(message.type, message.data ?? {});
    if (Object.hasOwn(heard, message.type)) heard[message.type](message.data ?? {});
  });

  // Signals of failure: the script's error, the content policy, no frame, a silent frame, a frame without content.
  document.addEventListener("error", ({ target }) => {
    if (target.src === script) fail("blocked-script");
  }, true);
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    if (blockedURI.startsWith(origin) || blockedURI === script) fail(effectiveDirective.startsWith("script") ? "blocked-script" : "blocked-frame");
  });
  addEventListener("offline", () => started && fail("offline"));
  addEventListener("online", () => stage.dataset.state === "offline" && location.reload());
  addEventListener("pageshow", ({ persisted }) => persisted && finished && location.reload());

  new MutationObserver((_, observer) => {
    const inserted = frame();
    if (!inserted) return;
    observer.disconnect();
    inserted.title = title;
    after(8, () => fail("blocked-frame"));
  }).observe(stage, { childList: true, subtree: true });

  const isDark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => (isDark.matches ? "dark" : "light");
  const start = () => {
    if (started) return;
    started = true;
    show("loading");
    setTimeout(() => stage.dataset.state === "loading" && fail("slow"), 4000);
    after(6, () => fail("blocked-script"));
    Cal("init", NS, { origin });
    const paint = () =>
      Cal.ns[NS]("ui", { theme: theme(), layout: "month_view", cssVarsPerTheme: { light: { "cal-brand": light }, dark: { "cal-brand": dark } } });
    Cal.ns[NS]("inline", {
      elementOrSelector: stage.querySelector(".frame"),
      calLink: link,
      config: {
        ...JSON.parse(config),
        theme: theme(),
        layout: "month_view",
        "metadata[frontdesk_visitor]": visitor,
        "metadata[frontdesk_source]": source,
      },
    });
    paint();
    isDark.addEventListener("change", paint);
    if ("lazy" in stage.dataset) document.head.append(Object.assign(document.createElement("script"), { src: script }));
  };

  if (!("lazy" in stage.dataset)) return start();
  show("idle");
  new IntersectionObserver(([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    start();
  }, { rootMargin: "400px" }).observe(stage);
  stage.addEventListener("focusin", start);
})();
