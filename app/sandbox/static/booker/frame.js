// The frame's half of the embed protocol: what is said to the page around it, in which order, and what is heard.
import { boot, framed, main, query } from "./dom.js";
import { paint } from "./theme.js";

const namespace = query.get("embed") || "";
const flags = boot.flags;
let talking = false;
let settled = false;
let linkReady = false;
let timesLoaded = null;
let viewed = false;
let ready = false;

/** Tell the page around the frame that something happened. Nothing is said before it is ready, nor after a failure. */
export function fire(type, data = {}) {
  if (!framed || !talking) return;
  window.parent.postMessage({ originator: "CAL", type, namespace, fullType: `CAL:${namespace}:${type}`, data }, "*");
}

/** The booker shows its times: from here on it counts as usable. */
export function timesAreThere(eventType) {
  timesLoaded = { eventId: eventType.id, eventSlug: eventType.slug };
  tellBooker();
}

function tellBooker() {
  if (!linkReady || boot.view === "missing" || (boot.view === "list" && !timesLoaded)) return;
  if (!viewed) {
    viewed = true;
    fire("bookerViewed", timesLoaded ? { ...timesLoaded, slotsLoaded: true } : { eventId: null, eventSlug: null, slotsLoaded: false });
  }
  if (timesLoaded && !ready) {
    ready = true;
    fire("bookerReady", timesLoaded);
  }
}

function failed(code) {
  fire("linkFailed", { code, msg: "Problem loading the link", data: { url: location.href } });
  talking = false;
}

/** The code with which the link fails at once, if it does. */
function failure() {
  if (boot.view === "missing") return "404";
  if (!flags.fail) return null;
  return /^[345]\d\d$/.test(flags.fail) ? flags.fail : "404";
}

// Heights: first what the whole document needs, then what <main> needs; looked at every 50 ms for ever.
function watchHeight() {
  let first = true;
  let last = "";
  const outer = (style, size, before, after) =>
    Math.ceil(parseFloat(style[size]) + parseFloat(style[before]) + parseFloat(style[after]));
  (function look() {
    const root = document.documentElement;
    const style = getComputedStyle(main);
    const height = first ? root.scrollHeight : outer(style, "height", "marginTop", "marginBottom");
    const width = first ? root.scrollWidth : outer(style, "width", "marginLeft", "marginRight");
    if (height && width) {
      const now = `${height}x${width}`;
      if (now !== last || !settled) {
        last = now;
        fire("__dimensionChanged", { iframeHeight: height, iframeWidth: width, isFirstTime: first });
      }
      if (!first) settled = true;
      first = false;
    }
    setTimeout(look, 50);
  })();
}

const methods = {
  parentKnowsIframeReady() {
    (function wait() {
      if (!talking || linkReady) return;
      const holdsForTimes = query.has("cal.embed.pageType") && !timesLoaded;
      if (!settled || holdsForTimes) return void setTimeout(wait, 50);
      if (flags.faillate) return failed("500");
      document.documentElement.classList.remove("waiting");
      linkReady = true;
      fire("linkReady");
      tellBooker();
    })();
  },
  ui(wishes) {
    paint(wishes || {});
  },
  connect() {
    fire("__connectInitiated");
    fire("__connectCompleted");
  },
};

function hear(event) {
  const said = event.data;
  if (event.source !== window.parent || said?.originator !== "CAL") return;
  if (Object.hasOwn(methods, said.method)) methods[said.method](said.arg);
}

/** Begin to talk; `start` shows the page itself. */
export function begin(start) {
  if (!framed) {
    document.documentElement.classList.remove("waiting");
    return start();
  }
  if (flags.silent || query.get("preload") === "true") return;
  window.addEventListener("message", hear);
  setTimeout(() => {
    talking = true;
    const code = failure();
    if (flags.fail !== "legacy") fire("__iframeReady", { isPrerendering: query.get("prerender") === "true" });
    if (code) return failed(code);
    start();
    whenLoaded(() => setTimeout(() => {
      fire("__windowLoadComplete");
      watchHeight();
    }, 100));
  }, flags.delay);
}

function whenLoaded(act) {
  if (document.readyState === "complete") act();
  else window.addEventListener("load", act, { once: true });
}
