"""What strangers typed, made safe to stand in one line: no control characters, no hidden direction marks, a sane length."""

import re
import unicodedata

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_HIDDEN = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff") | {chr(point) for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Marks that turn the reading direction or hide in a word. Joiners (U+200C, U+200D) stay: scripts and emoji need them."""

_DROPPED = frozenset({"Cc", "Cs", "Co", "Cn"})
_MOST_MARKS = 4
"""Accents on one letter; more is there only to paint over the neighbouring lines."""


def one_line(text: str, *, limit: int = 120) -> str:
    """The text in one line of at most `limit` characters, ending in "…" where something was cut off."""
    text = text[: limit * 8]
    return _cut(" ".join(text.split()) if text.isascii() and text.isprintable() else _cleaned(text), limit)


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _cleaned(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        if char.isspace():
            kept.append(" ")
            continue
        category = unicodedata.category(char)
        if char in _HIDDEN or category in _DROPPED:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return " ".join("".join(kept).split())
