"""The owner's colour, made fit for reading in a mail.

Mail programs know neither `oklch()` nor `color-mix()`, so the shades are worked out here (contrast as WCAG 2.2 counts
it) and written as plain hex values.
"""

import re
from dataclasses import dataclass

FALLBACK = "#1f6f5c"
WHITE = "#ffffff"
INK = "#1c1b1a"
PAPER_DARK = "#1d1c1b"

_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_READABLE = 4.5
_STEPS = 40


@dataclass(frozen=True)
class Palette:
    """The owner's colour as a surface with its text, and as text on light and on dark paper."""

    surface: str
    on_surface: str
    text_light: str
    text_dark: str


def palette(colour: str) -> Palette:
    """Shades of a hex colour that can all be read; a colour that is none gives those of `FALLBACK`."""
    found = _HEX.fullmatch(colour.strip())
    digits = found.group(1).lower() if found else FALLBACK[1:]
    surface = "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits)
    on_surface = WHITE if contrast(surface, WHITE) >= _READABLE else INK
    if contrast(surface, on_surface) < _READABLE:
        surface = _until_readable(surface, paper=WHITE, towards=0)
        on_surface = WHITE
    return Palette(
        surface=surface,
        on_surface=on_surface,
        text_light=_until_readable(surface, paper=WHITE, towards=0),
        text_dark=_until_readable(surface, paper=PAPER_DARK, towards=255),
    )


def contrast(first: str, second: str) -> float:
    """The contrast of two hex colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _until_readable(colour: str, *, paper: str, towards: int) -> str:
    channels = _channels(colour)
    shade = colour
    for step in range(_STEPS + 1):
        share = step / _STEPS
        shade = "#" + "".join(f"{round(channel + (towards - channel) * share):02x}" for channel in channels)
        if contrast(shade, paper) >= _READABLE:
            break
    return shade


def _luminance(colour: str) -> float:
    red, green, blue = ((value / 255 / 12.92) if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
