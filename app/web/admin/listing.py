"""What the list of bookings shows: everything stands in the URL, so that a view can be bookmarked and sent to a colleague."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from app.bookings.models import Booking, Payment, Status
from app.bookings.queries import status_of
from app.bookings.question import Filters, Order
from app.bookings.terms import CAMPAIGN, ELSEWHERE, PAGE, SITE
from app.web.filters import local
from app.web.filters import zone as zone_named

TABS = {"upcoming": "Upcoming", "past": "Past", "all": "All"}
OVER = {"upcoming": False, "past": True, "all": None}
LIVE = frozenset({Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED})
MAX_TEXT = 200
MAX_MARK = 600
PAYMENTS = {Payment.DUE: "Due", Payment.PAID: "Paid", Payment.REFUNDED: "Refunded"}
COLUMNS = {Order.START: "Time", Order.GUEST: "Who", Order.EVENT_TYPE: "What", Order.HOST: "With", Order.BOOKED: "Booked"}
"""By what a list may be ordered, in the order of the columns."""
ORDERS = {
    "start": "Soonest first", "-start": "Latest first", "-booked": "Booked last", "booked": "Booked first", "guest": "Guest, A to Z", "-guest": "Guest, Z to A",
    "type": "Event type, A to Z", "-type": "Event type, Z to A", "host": "Host, A to Z", "-host": "Host, Z to A",
}  # fmt: skip


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
    host: str = ""
    """The host that was chosen; not the one whose own bookings alone are shown."""
    wanted: str = ""
    """The order that was chosen."""
    after: str = ""
    before: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return bool(self.text or self.narrowed_beside_text)

    @property
    def narrowed_beside_text(self) -> bool:
        """Whether a filter narrows the list."""
        return bool(self.since or self.until or self.filters.status or self.filters.event_type or self.narrowed_further)

    @property
    def narrowed_further(self) -> bool:
        """Whether one of the rarer filters narrows the list."""
        return bool(self.host or self.filters.payment or self.filters.origin)

    @property
    def sort(self) -> str:
        """`guest`, or `-guest` downwards; without a choice what comes next stands on top, in the past what came last."""
        return self.wanted or ("start" if self.tab == "upcoming" else "-start")

    @property
    def order(self) -> Order:
        """What the list is ordered by."""
        return Order(self.sort.removeprefix("-"))

    @property
    def by_day(self) -> bool:
        """Whether the bookings of a day stand together."""
        return self.order is Order.START

    @property
    def descending(self) -> bool:
        """Whether the order runs downwards."""
        return self.sort.startswith("-")

    def url_values(self, **changes: str) -> dict[str, str]:
        """The question as URL values, without the place in the list, with changes."""
        own = {
            "view": self.tab if self.chosen else "",
            "q": self.text,
            "status": self.filters.status,
            "type": self.filters.event_type,
            "from": self.since,
            "to": self.until,
            "host": self.host,
            "payment": self.filters.payment,
            "source": self.filters.origin,
            "sort": self.wanted,
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
    host: str
    start: datetime
    end: datetime
    booked_at: datetime
    status: Status
    payment: str
    """In words; empty when the status says it or there is nothing to pay."""
    moved: bool
    their_zone: str
    """The booker's zone, if the clock there shows something else."""


@dataclass(frozen=True)
class Month:
    """A whole month as a span to choose, with the other filters."""

    first: date
    url_values: Mapping[str, str]
    chosen: bool


@dataclass(frozen=True)
class Day:
    """The bookings of one day on the owner's calendar."""

    date: date
    rows: list[Row] = field(default_factory=list)


def asked(values: Mapping[str, str], *, zone: str, host: str = "") -> Asked:
    """The question that these URL values ask; what cannot be understood is as if it were not there."""
    text, chosen_host = _text(values, "q"), "" if host else _text(values, "host").lower()
    first, last = _day(values.get("from", "")), _day(values.get("to", ""))
    filters = Filters(
        status=_one_of(values, "status", set(Status)),
        event_type=_text(values, "type"),
        host=host or chosen_host,
        payment=_one_of(values, "payment", PAYMENTS),
        origin=_text(values, "source"),
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
        host=chosen_host,
        wanted=_one_of(values, "sort", ORDERS),
        after=values.get("after", "")[:MAX_MARK],
        before=values.get("before", "")[:MAX_MARK],
    )
    tab = values["view"] if found.chosen else ("all" if found.narrowed else "upcoming")
    return replace(found, tab=tab, filters=replace(filters, over=OVER[tab]))


def last_months(asked: Asked, *, today: date, count: int = 12) -> list[Month]:
    """The months that people ask for most, this one first: each name of a month stands there once."""
    found, last = [], today
    for _ in range(count):
        first = last.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        span = first.isoformat(), (following - timedelta(days=1)).isoformat()
        values = asked.url_values(view="", **{"from": span[0], "to": span[1]})
        found.append(Month(first, values, chosen=(asked.since, asked.until) == span))
        last = first - timedelta(days=1)
    return found


def days(bookings: Sequence[Booking], *, zone: str) -> list[Day]:
    """The bookings under the days they begin on, in the order in which they come."""
    return [
        Day(day, [row_of(booking, zone=zone) for booking in group])
        for day, group in groupby(bookings, key=lambda booking: local(booking.start, zone).date())
    ]  # fmt: skip


def origin_label(origin: str) -> str:
    """`Campaign spring`, `Link on example.org`, `Page /book/ada`, `Made at Cal.com`."""
    if origin == ELSEWHERE:
        return "Made at Cal.com"
    kind = next((kind for kind in (CAMPAIGN, SITE, PAGE) if origin.startswith(kind)), "")
    return {CAMPAIGN: "Campaign ", SITE: "Link on ", PAGE: "Page ", "": ""}[kind] + origin.removeprefix(kind)


def row_of(booking: Booking, *, zone: str) -> Row:
    """The booking as a line of the list."""
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
        host=booking.host_name or booking.host_email,
        start=booking.start,
        end=booking.end,
        booked_at=booking.booked_at,
        status=status,
        payment="" if status is Status.AWAITING_PAYMENT else PAYMENTS.get(Payment(booking.payment), ""),
        moved=booking.moved > 0,
        their_zone=theirs if elsewhere and status in LIVE else "",
    )


def short_title(booking: Booking) -> str:
    """Without the names that Cal.com adds ("… between Host and Guest"): they stand beside it."""
    title = booking.title.removesuffix(f" between {booking.host_name} and {booking.booker_name}")
    return title or booking.event_type or "Booking"


def _text(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").replace("\x00", "").strip()[:MAX_TEXT]


def _one_of(values: Mapping[str, str], name: str, known: Container[str]) -> str:
    said = values.get(name, "")
    return said if said in known else ""


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone_named(zone) or ZoneInfo("UTC")).astimezone(UTC)
