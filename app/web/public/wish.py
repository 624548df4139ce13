"""What a visitor has chosen so far on the way to a time: it stands in the address, so that Back, reload and a shared link work.

A value that makes no sense counts as not chosen: an address that was cut off in a mail still opens the page.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from werkzeug.datastructures import MultiDict

from app.hosts.models import EventType
from app.reception.months import Month
from app.timing import zone_names
from app.web.filters import iso
from app.web.public import prefill

OWN = frozenset({"zone", "month", "day", "length", "time"})
MOST_CARRIED = 20


@dataclass(frozen=True)
class Wish:
    """Zone, month, day, length and time, and what the address carries for the form."""

    zone: str
    month: Month | None = None
    day: date | None = None
    minutes: int = 0
    start: datetime | None = None
    carried: dict[str, str] = field(default_factory=dict)

    def address(self, **changed: object) -> dict[str, Any]:
        """The query of a link to the same wish with something changed; what is empty is left out."""
        values: dict[str, object] = {"zone": self.zone, "month": self.month, "day": self.day, "length": self.minutes, "time": self.start}
        values |= changed
        own = {name: iso(value) if isinstance(value, datetime) else str(value) for name, value in values.items() if value}
        return self.carried | own


def read(query: MultiDict[str, str], kind: EventType, *, slugs: Collection[str], home_zone: str) -> Wish:
    """The wish that an address holds; `home_zone` until the visitor has chosen another one."""
    zone, length = query.get("zone", ""), query.get("length", "")
    offered = [str(minutes) for minutes in kind.lengths]
    carried = {slug: query[slug][: prefill.VALUE_LENGTH] for slug in slugs if slug not in OWN and query.get(slug, "").strip()}
    return Wish(
        zone=zone if zone in zones() else home_zone,
        month=Month.read(query.get("month", "")),
        day=_day(query.get("day", "")),
        minutes=int(length) if length in offered else kind.minutes,
        start=moment(query.get("time", "")),
        carried=dict(list((carried | prefill.from_query(query)).items())[:MOST_CARRIED]),
    )


def moment(text: str) -> datetime | None:
    """The time that a form or an address names, UTC; None when it is none."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


@cache
def zones() -> dict[str, str]:
    """Every zone that is named for a place, with the words for it, in the order of the list."""
    named = sorted(name for name in zone_names() if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/", "US/")))
    return {name: name.replace("_", " ").replace("/", " – ", 1).replace("/", ", ") for name in named} | {"UTC": "UTC"}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
