"""The way to a booking in the browser, in words: one line that tells it, and the single moments."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from app.browsing.keep import Moment
from app.browsing.kinds import KINDS, OPENED, READY


class Line(NamedTuple):
    """One moment."""

    at: datetime
    words: str
    exact: str
    """Its name in the embed, or ours."""


def told(moments: Sequence[Moment]) -> str:
    """`In the browser: opened /book from newsletter, calendar ready after 2 s, went on in the calendar, booked`."""
    parts: list[str] = []
    opened, page, ready = moments[0].at, "", False
    for moment in moments:
        if moment.kind == OPENED:
            opened, ready = moment.at, False
        if moment.kind in READY and ready:
            continue
        words = KINDS.get(moment.kind, moment.kind)
        if moment.kind == OPENED:
            words = f"opened {moment.page if moment.page != page else 'it again'}{source(moment.about)}"
            page = moment.page
        elif moment.kind in READY:
            ready, words = True, f"calendar ready after {_seconds(moment.at, opened)}"
        if words not in parts:
            parts.append(words)
    return f"In the browser: {', '.join(parts)}"


def lines(moments: Sequence[Moment]) -> list[Line]:
    """Moment by moment."""
    found = []
    for moment in moments:
        words = KINDS.get(moment.kind, moment.kind)
        if moment.kind == OPENED:
            words = f"opened {moment.page}{source(moment.about)}"
        found.append(Line(moment.at, words[:1].upper() + words[1:], moment.kind))
    return found


def source(about: str) -> str:
    """` from newsletter` for `/book?utm_source=newsletter`; the referring site where no campaign is named."""
    said = parse_qs(urlsplit(about).query)
    named = [*said.get("utm_source", []), *said.get("referrer", [])]
    return f" from {named[0][:80]}" if named else ""


def _seconds(at: datetime, since: datetime) -> str:
    passed = max(0.0, (at - since).total_seconds())
    if passed < 1:
        return "less than a second"
    return f"{passed:.0f} s" if passed < 120 else f"{passed / 60:.0f} min"
