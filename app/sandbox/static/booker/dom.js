// Small pieces to build a page from: elements, icons, and what the page was started with.

export const main = document.getElementById("main");
export const boot = JSON.parse(main.dataset.boot);
export const query = new URLSearchParams(location.search);
export const framed = document.documentElement.classList.contains("framed") && window.parent !== window;

/** An element with properties, listeners (`on`) and children; empty children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [type, act] of Object.entries(value)) node.addEventListener(type, act);
    else if (key === "class") node.className = value;
    else if (key in node && key !== "list" && key !== "form" && !key.includes("-")) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SHAPES = {
  clock: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  place: "M12 21s7-6.2 7-11a7 7 0 0 0-14 0c0 4.800 7 11 7 11M12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
  link: "M4 7.500A1.500 1.500 0 0 1 5.500 6h8A1.500 1.500 0 0 1 15 7.500v9a1.500 1.500 0 0 1-1.500 1.500h-8A1.500 1.500 0 0 1 4 16.500zM15 11l5-3v8l-5-3",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c2.500 2.600 3.700 5.600 3.700 9S14.500 18.400 12 21c-2.500-2.600-3.700-5.600-3.700-9S9.500 5.600 12 3",
  check: "M5 12.500l4.500 4.500L19 7.500",
  hand: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 8v5M12 16.500v.01",
  price: "M3.500 7h17v10h-17zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M3.500 19c.4-3 2.500-5 5.500-5s5.100 2 5.500 5M16 5.300a3 3 0 0 1 0 5.400M17.500 14.300c1.700.7 2.700 2.300 3 4.700",
  repeat: "M4 11V9.500A2.500 2.500 0 0 1 6.500 7H19l-3-3M20 13v1.500a2.500 2.500 0 0 1-2.500 2.500H5l3 3",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
  left: "M14.500 6l-6 6 6 6",
  right: "M9.500 6l6 6-6 6",
  cross: "M6 6l12 12M18 6L6 18",
};

/** An icon of one stroke width; always beside a word. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** Put new content on the page and say where the reader is now. */
export function show(node, { focus } = {}) {
  main.replaceChildren(node);
  if (focus) node.querySelector(focus)?.focus();
}
