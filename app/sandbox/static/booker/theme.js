// Light, dark and the site's brand colour. A colour that would be hard to read is made darker or lighter for text.

const vars = document.body.style;
export let wishes = {};

/** Take over what the page around the frame wants: theme, colours, layout, details. */
export function paint(asked) {
  wishes = { ...wishes, ...asked };
  if (["light", "dark", "auto"].includes(asked.theme)) document.body.dataset.theme = asked.theme;
  const scheme = asked.colorScheme;
  if (scheme) document.documentElement.style.colorScheme = scheme;
  const perTheme = asked.cssVarsPerTheme || {};
  brand("l", perTheme.light?.["cal-brand"], "#fffefb", -1);
  brand("d", perTheme.dark?.["cal-brand"], "#1b201e", 1);
  if (asked.hideEventTypeDetails !== undefined) document.body.classList.toggle("no-details", asked.hideEventTypeDetails === true);
  if (asked.layout) document.dispatchEvent(new CustomEvent("layout", { detail: asked.layout }));
}

function brand(theme, colour, card, direction) {
  const rgb = parse(colour);
  if (!rgb) return;
  const paper = parse(card);
  let ink = rgb;
  for (let step = 0; step < 40 && contrast(ink, washed(rgb, paper)) < 4.6; step += 1) {
    ink = ink.map((part) => Math.max(0, Math.min(255, part + direction * 8)));
  }
  const white = [255, 255, 255];
  const black = [13, 17, 15];
  vars.setProperty(`--brand-${theme}`, css(rgb));
  vars.setProperty(`--ink-brand-${theme}`, css(ink));
  vars.setProperty(`--on-brand-${theme}`, css(contrast(white, rgb) >= contrast(black, rgb) ? white : black));
}

// The tint behind free days is the darkest (or lightest) ground that brand-coloured text stands on.
function washed(rgb, paper) {
  return rgb.map((part, i) => part * 0.2 + paper[i] * 0.8);
}

function parse(colour) {
  const context = document.createElement("canvas").getContext("2d");
  if (typeof colour !== "string" || !CSS.supports("color", colour)) return null;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function css(rgb) {
  return `rgb(${rgb.map(Math.round).join(" ")})`;
}

function light(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}
