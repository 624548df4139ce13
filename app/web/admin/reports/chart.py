"""Charts as values: where each bar stands, what it says, and the table that says the same.

Widths are shares of the chart and heights are pixels, so a chart is as wide as its page while its letters keep their
size. Every axis begins at nothing and ends at a round number, and a week of which nothing is known has no bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

HEIGHT = 180
"""Pixels from the line of nothing to the top of a chart of columns."""
LABELS = 6
"""So many words fit under the columns on a phone."""
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Part:
    """One colour of a column or bar."""

    kind: str
    """`kept`, `waiting`, `gone` or `absent`: how it is drawn."""
    value: float
    y: float = 0
    height: float = 0
    x: float = 0
    width: float = 0


@dataclass(frozen=True)
class Bar:
    """One column or bar."""

    label: str
    said: str
    """All of it in words, for who points at it."""
    parts: Sequence[Part]
    x: float = 0
    """Share of the width at which a column begins."""
    width: float = 0
    shown: bool = True
    """Whether the label stands under the column."""
    value: str = ""
    """What stands beside a bar."""


@dataclass(frozen=True)
class Chart:
    """A chart, the sentence that sums it up, and its table."""

    key: str
    title: str
    summary: str
    kind: str
    """`columns` over time, or `bars` by name."""
    bars: Sequence[Bar]
    head: Sequence[str]
    """Names of the table's columns."""
    rows: Sequence[Sequence[str]]
    ticks: Sequence[tuple[float, str]] = ()
    """Height and word of each line across the columns."""
    legend: Sequence[tuple[str, str]] = ()
    """Kind of part and what it means."""
    note: str = ""
    more: int = 0
    """Bars that are left out; the table has them."""
    empty: str = field(default="")
    """What to say instead when there is nothing to draw."""


def columns(values: Sequence[tuple[str, str, Sequence[tuple[str, float]]]], *, percent: bool = False) -> tuple[list[Bar], list[tuple[float, str]]]:
    """Columns beside each other and the lines behind them, from label, words and parts (kind and value) of each."""
    top, step = ceiling(max((sum(value for _, value in parts) for _, _, parts in values), default=0), percent=percent)
    place, every = 100 / max(1, len(values)), -(-len(values) // LABELS)
    found = []
    for number, (label, said, parts) in enumerate(values):
        base, drawn = 0.0, []
        for kind, value in parts:
            height = HEIGHT * value / top
            drawn.append(Part(kind, value, y=round(HEIGHT - base - height, 2), height=round(height, 2)))
            base += height
        found.append(Bar(label, said, [part for part in drawn if part.value], round(number * place, 3), round(place, 3), number % every == 0))
    lines = [number * step for number in range(round(top / step) + 1)]
    return found, [(round(HEIGHT - HEIGHT * line / top, 2), f"{line * 100:g} %" if percent else f"{line:g}") for line in lines]


def bars(values: Sequence[tuple[str, str, str, Sequence[tuple[str, float]]]]) -> list[Bar]:
    """Bars under each other, the longest as long as the chart is wide, from label, words, value and parts of each."""
    top = max((sum(value for _, value in parts) for _, _, _, parts in values), default=0) or 1
    found = []
    for label, said, value, parts in values:
        base, drawn = 0.0, []
        for kind, share in parts:
            width = 100 * share / top
            drawn.append(Part(kind, share, x=round(base, 3), width=round(width, 3)))
            base += width
        found.append(Bar(label, said, [part for part in drawn if part.value], value=value))
    return found


def ceiling(most: float, *, percent: bool = False) -> tuple[float, float]:
    """A round number at or above the largest value, and a round step of which three to five reach it."""
    if percent:
        step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.25) if step == 0.25 or most <= step * 4)
        return step * max(1, -(-most // step)), step
    size = 1
    while True:
        for first in STEPS:
            step = first * size
            if most <= step * 5:
                return step * max(1, -(-most // step)), step
        size *= 10
