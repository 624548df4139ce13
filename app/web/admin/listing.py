"""What the list of bookings shows: everything stands in the URL, so that a view can be bookmarked and sent to a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from app.bookings.models import Booking, Status
from app.bookings.queries import Filters, status_of
from app.web.filters import local
from app.web.filters import zone as zone_named

TABS = {"upcoming": "Upcoming", "past": "Past", "all": "All"}
OVER = {"upcoming": False, "past": True, "all": None}
LIVE = frozenset({Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED})
MAX_TEXT = 200


@dataclass(frozen=True)
class Asked:
    """The question that the URL asks."""

    tab: str
    chosen: bool
    """Whether the tab was named; otherwise it follows from the filters."""
    filters: Filters
    text: str = ""
    since: str = ""
    until: str = ""
    older: str = ""
    newer: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return bool(self.text or self.since or self.until or self.filters.status or self.filters.event_type)

    @property
    def soonest_first(self) -> bool:
        """Whether what comes next stands on top."""
        return self.tab == "upcoming"

    def url_values(self, **changes: str) -> dict[str, str]:
        """The question as URL values, without the place in the list, with changes."""
        own = {
            "view": self.tab if self.chosen else "",
            "q": self.text,
            "status": self.filters.status,
            "type": self.filters.event_type,
            "from": self.since,
            "to": self.until,
        }
        return {name: value for name, value in (own | changes).items() if value}


@dataclass(frozen=True)
class Row:
    """One booking in the list."""

    reference: str
    title: str
    event_type: str
    """Empty when the title says the same."""
    name: str
    email: str
    start: datetime
    end: datetime
    status: Status
    moved: bool
    their_zone: str
    """The booker's zone, if the clock there shows something else."""


@dataclass(frozen=True)
class Day:
    """The bookings of one day on the owner's calendar."""

    date: date
    rows: list[Row] = field(default_factory=list)


def asked(values: Mapping[str, str], *, zone: str, host: str = "") -> Asked:
    """The question that these URL values ask; what cannot be understood is as if it were not there."""
    text = values.get("q", "").replace("\x00", "").strip()[:MAX_TEXT]
    first, last = _day(values.get("from", "")), _day(values.get("to", ""))
    status = values.get("status", "")
    filters = Filters(
        status=status if status in set(Status) else "",
        event_type=values.get("type", "").replace("\x00", "")[:MAX_TEXT],
        host=host,
        text=text,
        since=_midnight(first, zone) if first else None,
        until=_midnight(last + timedelta(days=1), zone) if last else None,
    )
    found = Asked(
        tab="all",
        chosen=values.get("view") in TABS,
        filters=filters,
        text=text,
        since=first.isoformat() if first else "",
        until=last.isoformat() if last else "",
        older=values.get("older", "")[:MAX_TEXT],
        newer=values.get("newer", "")[:MAX_TEXT],
    )
    tab = values["view"] if found.chosen else ("all" if found.narrowed else "upcoming")
    return replace(found, tab=tab, filters=replace(filters, over=OVER[tab]))


def days(bookings: list[Booking], *, zone: str) -> list[Day]:
    """The bookings under the days they begin on, in the order in which they come."""
    return [
        Day(day, [_row(booking, zone=zone) for booking in group])
        for day, group in groupby(bookings, key=lambda booking: local(booking.start, zone).date())
    ]  # fmt: skip


def _row(booking: Booking, *, zone: str) -> Row:
    theirs, status = booking.booker_time_zone, status_of(booking)
    known = zone_named(theirs) is not None
    elsewhere = known and local(booking.start, theirs).utcoffset() != local(booking.start, zone).utcoffset()
    title = short_title(booking)
    return Row(
        reference=booking.reference,
        title=title,
        event_type="" if title.lower().replace(" ", "-") == booking.event_type else booking.event_type,
        name=booking.booker_name or booking.booker_email or "Unknown",
        email=booking.booker_email,
        start=booking.start,
        end=booking.end,
        status=status,
        moved=booking.moved > 0,
        their_zone=theirs if elsewhere and status in LIVE else "",
    )


def short_title(booking: Booking) -> str:
    """Without the names that Cal.com adds ("… between Host and Guest"): they stand beside it."""
    title = booking.title.removesuffix(f" between {booking.host_name} and {booking.booker_name}")
    return title or booking.event_type or "Booking"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone_named(zone) or ZoneInfo("UTC")).astimezone(UTC)
