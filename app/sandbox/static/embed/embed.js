// The embed script of the simulated Cal.com. Own work: it fulfils the same contract as the real one (the queue
// `window.Cal`, namespaces, inline, ui, on, off, preload) and listens more strictly: only to its own frames.
(function () {
  "use strict";
  const Cal = window.Cal;
  if (typeof Cal !== "function") {
    console.error("embed.js: window.Cal is missing. Define the queue before this script runs.");
    return;
  }
  const HOME = new URL(document.currentScript ? document.currentScript.src : location.href).origin;
  const NEVER_FORWARDED = ["month", "date", "slot", "rescheduleUid", "bookingUid", "duration", "overlayCalendar"];
  const apis = new Map();

  const SHEET = new CSSStyleSheet();
  SHEET.replaceSync(`
    :host { position: relative; display: block; min-height: inherit; }
    .wait, .fault { display: none; padding: 48px 24px; text-align: center; font: 1rem/1.5 system-ui, sans-serif; }
    :host([loading="loading"]) .wait, :host([loading="failed"]) .fault { display: block; }
    :host([loading="loading"]) .wait { position: absolute; inset: 0 0 auto; }
    .dot { display: inline-block; width: 10px; height: 10px; margin: 0 4px; border-radius: 50%; background: currentColor; opacity: 0.25; animation: pulse 1s ease-in-out infinite alternate; }
    .dot:nth-child(2) { animation-delay: 0.2s; }
    .dot:nth-child(3) { animation-delay: 0.4s; }
    @keyframes pulse { to { opacity: 0.8; } }
    @media (prefers-reduced-motion: reduce) { .dot { animation: none; } }
  `);

  class Inline extends HTMLElement {
    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [SHEET];
      const wait = document.createElement("div");
      wait.className = "wait";
      wait.setAttribute("aria-hidden", "true");
      for (let i = 0; i < 3; i += 1) wait.append(Object.assign(document.createElement("span"), { className: "dot" }));
      this.fault = Object.assign(document.createElement("div"), { className: "fault" });
      root.append(wait, this.fault, document.createElement("slot"));
    }
  }
  if (!customElements.get("cal-inline")) customElements.define("cal-inline", Inline);

  class Api {
    constructor(namespace) {
      this.namespace = namespace;
      this.origin = HOME;
      this.listeners = new Map();
      this.frame = null;
      this.box = null;
      this.ready = false;
      this.waiting = [];
    }

    init(name, options) {
      const given = typeof name === "string" ? options : name;
      if (given && given.origin) this.origin = given.origin.replace(/\/+$/, "");
    }

    inline({ elementOrSelector, calLink, config } = {}) {
      if (this.frame) return console.warn(`embed.js: namespace "${this.namespace}" has an inline embed already.`);
      const element = typeof elementOrSelector === "string" ? document.querySelector(elementOrSelector) : elementOrSelector;
      if (!element) return console.error("embed.js: the element for the inline embed was not found.");
      const container = Object.assign(document.createElement("div"), { className: "cal-inline-container" });
      container.style.minHeight = "inherit";
      this.box = document.createElement("cal-inline");
      this.box.setAttribute("loading", "loading");
      this.frame = Object.assign(document.createElement("iframe"), {
        className: "cal-embed", name: `cal-embed=${this.namespace}`, title: "Book a call", allow: "payment",
      });
      Object.assign(this.frame.style, { width: "100%", height: "300px", border: "0", display: "block", visibility: "hidden" });
      this.frame.src = this.address(calLink, config || {}, element);
      this.box.append(this.frame);
      container.append(this.box);
      element.append(container);
    }

    address(calLink, config, element) {
      const url = new URL(`${this.origin}/${calLink}`);
      url.pathname = `${url.pathname.replace(/\/+$/, "")}/embed`;
      const add = (key, value) => url.searchParams.append(key, value);
      add("embed", this.namespace);
      if (Cal.config && Cal.config.forwardQueryParams) {
        for (const [key, value] of new URLSearchParams(location.search)) {
          if (!NEVER_FORWARDED.includes(key) && !(key in config)) add(key, value);
        }
      }
      for (const [key, value] of Object.entries(config)) {
        if (value === undefined || value === null || key === "iframeAttrs") continue;
        const names = key === "guests" ? ["guests", "guest"] : [key];
        for (const name of names) (Array.isArray(value) ? value : [value]).forEach((one) => add(name, String(one)));
      }
      const scheme = getComputedStyle(element).colorScheme;
      if (scheme === "dark" || scheme === "light") url.searchParams.set("ui.color-scheme", scheme);
      add("embedType", "inline");
      return url.href;
    }

    ui(wishes) {
      this.tell("ui", wishes);
    }

    on({ action, callback } = {}) {
      if (!this.listeners.has(action)) this.listeners.set(action, new Set());
      this.listeners.get(action).add(callback);
    }

    off({ action, callback } = {}) {
      this.listeners.get(action)?.delete(callback);
    }

    preload({ calLink } = {}) {
      if (!calLink) return;
      const frame = Object.assign(document.createElement("iframe"), { src: `${this.origin}/${calLink}?preload=true`, tabIndex: -1 });
      frame.setAttribute("aria-hidden", "true");
      frame.style.display = "none";
      document.body.append(frame);
    }

    tell(method, arg) {
      if (!this.ready) return this.waiting.push([method, arg]);
      this.frame.contentWindow.postMessage({ originator: "CAL", method, arg }, "*");
    }

    hear(detail) {
      const { type, data } = detail;
      if (type === "__iframeReady") {
        this.ready = true;
        this.frame.style.visibility = "";
        this.tell("parentKnowsIframeReady");
        this.waiting.splice(0).forEach(([method, arg]) => this.tell(method, arg));
      } else if (type === "__dimensionChanged" && data.iframeHeight) {
        this.frame.style.height = `${data.iframeHeight}px`;
      } else if (type === "linkReady") {
        this.box.setAttribute("loading", "done");
      } else if (type === "linkFailed") {
        this.box.setAttribute("loading", "failed");
        this.box.setAttribute("data-error-code", data.code);
        this.box.fault.textContent = `This calendar could not be opened (${data.code}).`;
        this.frame.style.visibility = "hidden";
        this.frame.style.height = "0";
      } else if (type === "__routeChanged") {
        this.bringIntoView();
      }
      for (const action of [type, "*"]) {
        for (const callback of this.listeners.get(action) || []) callback(new CustomEvent(detail.fullType, { detail }));
      }
    }

    bringIntoView() {
      const { top, height } = this.box.getBoundingClientRect();
      if (top >= 0 || -top < height * 0.25) return;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.box.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    }
  }

  function apiFor(namespace) {
    if (!apis.has(namespace)) apis.set(namespace, new Api(namespace));
    return apis.get(namespace);
  }

  function run(namespace, call) {
    const [method, ...args] = call;
    if (method === "initNamespace") return adopt(args[0]);
    const api = apiFor(namespace);
    if (["init", "inline", "ui", "on", "off", "preload"].includes(method)) api[method](...args);
    else console.warn(`embed.js: the simulated Cal.com does not know "${method}".`);
  }

  function drain(holder, namespace) {
    const queued = holder.q || [];
    holder.q = [];
    holder.q.push = (...calls) => {
      calls.forEach((call) => run(namespace, call));
      return 0;
    };
    queued.forEach((call) => run(namespace, call));
  }

  function adopt(namespace) {
    if (Cal.ns && Cal.ns[namespace] && !apis.has(namespace)) {
      apiFor(namespace);
      drain(Cal.ns[namespace], namespace);
    }
  }

  window.addEventListener("message", (event) => {
    const said = event.data;
    if (!said || said.originator !== "CAL" || typeof said.type !== "string") return;
    const api = apis.get(said.namespace || "");
    if (!api || !api.frame || event.source !== api.frame.contentWindow) return;
    if (event.origin !== new URL(api.frame.src).origin) return;
    api.hear({ type: said.type, namespace: said.namespace, fullType: said.fullType, data: said.data || {} });
  });

  Cal.version = "simulated";
  drain(Cal, "");
  Object.keys(Cal.ns || {}).forEach(adopt);
})();
