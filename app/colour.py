"""The owner's one colour, and the shades of it that people can read.

Everything on the pages derives from a single colour by its hue. Text and buttons need contrast, so their shade
is searched here, once, instead of hoping that the owner picked a readable one. The conversion is the published
OKLab matrix; a colour library would be a dependency for forty lines.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

TEXT_CONTRAST = 7.0
"""What text and buttons reach against every surface (WCAG 2.2, 1.4.6)."""

PAPER = {"light": (0.955, 1.0), "dark": (0.19, 0.27)}
"""The darkest and the lightest surface of each theme as OKLCH lightness; `site.css` stays inside."""

HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)

Channels = tuple[float, float, float]


@dataclass(frozen=True)
class Palette:
    """The owner's colour taken apart, and its readable shade in each theme."""

    brand: str
    hue: float
    chroma: float
    on_light: str
    """The shade for text and buttons on light surfaces."""
    on_dark: str
    """The shade for text and buttons on dark surfaces."""


@lru_cache(maxsize=64)
def palette(brand: str) -> Palette:
    """The shades for a colour written as `#rgb` or `#rrggbb`; raises `ValueError` for anything else."""
    if not HEX.fullmatch(brand):
        msg = "must be a colour such as #0f5e63"
        raise ValueError(msg)
    lightness, chroma, hue = _to_oklch(_channels(brand))
    return Palette(
        brand=_hex(_channels(brand)),
        hue=round(hue, 1),
        chroma=round(chroma, 4),
        on_light=_readable(lightness, chroma, hue, theme="light"),
        on_dark=_readable(lightness, chroma, hue, theme="dark"),
    )


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    bright, dim = sorted((_luminance(_channels(one)), _luminance(_channels(other))), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def surfaces(theme: str, hue: float) -> tuple[str, str]:
    """The two outermost surface colours of a theme."""
    first, last = (_hex(_from_oklch(lightness, 0.01, hue)) for lightness in PAPER[theme])
    return first, last


def _readable(lightness: float, chroma: float, hue: float, *, theme: str) -> str:
    papers = surfaces(theme, hue)
    step = -0.005 if theme == "light" else 0.005
    shade = _hex(_from_oklch(lightness, chroma, hue))
    while min(contrast(shade, paper) for paper in papers) < TEXT_CONTRAST and 0 <= lightness + step <= 1:
        lightness += step
        shade = _hex(_from_oklch(lightness, chroma, hue))
    return shade


def _channels(colour: str) -> Channels:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _hex(channels: Channels) -> str:
    return "#" + "".join(f"{round(min(max(channel, 0), 1) * 255):02x}" for channel in channels)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _gamma(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)


def _luminance(channels: Channels) -> float:
    red, green, blue = (_linear(channel) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(channels: Channels) -> Channels:
    red, green, blue = (_linear(channel) for channel in channels)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _from_oklch(lightness: float, chroma: float, hue: float) -> Channels:
    """The nearest colour a screen can show: chroma gives way, lightness and hue stay."""
    while True:
        linear = _oklch_to_linear(lightness, chroma, hue)
        if chroma <= 0 or all(-0.0005 <= channel <= 1.0005 for channel in linear):
            red, green, blue = (_gamma(min(max(channel, 0), 1)) for channel in linear)
            return red, green, blue
        chroma = max(0.0, chroma - 0.005)


def _oklch_to_linear(lightness: float, chroma: float, hue: float) -> Channels:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
