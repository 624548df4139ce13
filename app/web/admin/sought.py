"""What the lists of deliveries and mails are asked for: it all stands in the URL, what cannot be read is as if it were not there.

One field searches: a number, a booking, the beginning of a digest, an address, or words. Words are looked up where that is
fast: names of bookings by their index, and the newest bodies, which the page says.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.bookings import finding, queries
from app.bookings.errors import BookingNotFound
from app.bookings.models import Booking
from app.bookings.question import Filters as BookingFilters
from app.inbox import queries as deliveries
from app.inbox.queries import Filters as DeliveryFilters
from app.outbox import queries as mails
from app.outbox.queries import Filters as MailFilters
from app.web.admin.places import LARGEST, state_of
from app.web.admin.wording import DELIVERY_STATES, MAIL_STATES

MAX_TEXT = 200
EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
MAIN = "main"
"""The subscription without a name, in a URL."""
DIGEST = re.compile(r"[0-9a-fA-F]{12,64}")
NAMED = 50
"""So many bookings a search for a name leads through."""


@dataclass(frozen=True)
class Deliveries:
    """The question that a URL asks about deliveries."""

    filters: DeliveryFilters
    text: str = ""
    trigger: str = ""
    subscription: str = ""
    since: str = ""
    until: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.url_values())

    def url_values(self, **changes: str) -> dict[str, str]:
        """The question as URL values, with changes; without the place in the list."""
        own = {"q": self.text, "state": self.filters.state, "trigger": self.trigger, "through": self.subscription, "from": self.since, "to": self.until}
        return {name: value for name, value in (own | changes).items() if value}

    @property
    def query(self) -> str:
        """The question as the end of an address."""
        return f"?{urlencode(self.url_values())}" if self.narrowed else ""


@dataclass(frozen=True)
class Mails:
    """The question that a URL asks about mails."""

    filters: MailFilters
    text: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.url_values())

    def url_values(self, **changes: str) -> dict[str, str]:
        """The question as URL values, with changes; without the place in the list."""
        own = {"q": self.text, "state": self.filters.state, "kind": self.filters.kind}
        return {name: value for name, value in (own | changes).items() if value}

    @property
    def query(self) -> str:
        """The question as the end of an address."""
        return f"?{urlencode(self.url_values())}" if self.narrowed else ""


def deliveries_asked(values: Mapping[str, str], *, zone: str, bodies: bool) -> Deliveries:
    """The question about deliveries; bodies are searched only for those who may read them."""
    text, trigger, through = _text(values, "q"), _text(values, "trigger"), _text(values, "through")
    first, last = _day(values.get("from", "")), _day(values.get("to", ""))
    filters = DeliveryFilters(
        state=state_of(values, DELIVERY_STATES),
        trigger=trigger,
        subscription=None if not through else "" if through == MAIN else through,
        since=_midnight(first, zone) if first else None,
        until=_midnight(last, zone, days=1) if last else None,
    )
    if text:
        filters = DeliveryFilters(**{**vars(filters), "numbers": _numbers(text, filters, bodies=bodies)})
    return Deliveries(filters, text, trigger, through, first.isoformat() if first else "", last.isoformat() if last else "")


def mails_asked(values: Mapping[str, str]) -> Mails:
    """The question about mails."""
    text = _text(values, "q")
    filters = MailFilters(state=state_of(values, MAIL_STATES), kind=_text(values, "kind"))
    if "@" in text:
        known = next((each for each in (text, text.lower()) if mails.count(MailFilters(recipient=each), up_to=1)), text)
        filters = MailFilters(state=filters.state, kind=filters.kind, recipient=known)
    elif text:
        number = _number(text)
        bookings = None if number else tuple(row for found in _bookings(text) for row in queries.row_numbers(found))
        filters = MailFilters(state=filters.state, kind=filters.kind, number=number, bookings=bookings)
    return Mails(filters, text)


def _numbers(text: str, filters: DeliveryFilters, *, bodies: bool) -> tuple[int, ...]:
    if number := _number(text):
        return (number,)
    if DIGEST.fullmatch(text):
        return deliveries.with_digest(text)
    found = _bookings(text)
    numbers = {*deliveries.about([booking.id for booking in found]), *(number for booking in found for number in queries.delivery_ids(booking))}
    if bodies and not (len(found) == 1 and found[0].reference == text.upper()):
        numbers |= set(deliveries.with_text(text, filters))
    return tuple(sorted(numbers, reverse=True)[: deliveries.MOST_FOUND])


def _bookings(text: str) -> Sequence[Booking]:
    """The booking with this number, else those whose names, addresses and titles begin like this, the latest first."""
    if text.isalnum():
        try:
            return [queries.by_reference(text)]
        except BookingNotFound:
            pass
    return finding.page(BookingFilters(text=text), size=NAMED).bookings


def _number(text: str) -> int:
    digits = text.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 and 0 < int(digits) <= LARGEST else 0


def _text(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").replace("\x00", "").strip()[:MAX_TEXT]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-12-01") else None
    except ValueError:
        return None


def _midnight(day: date, zone: str, *, days: int = 0) -> datetime:
    try:
        day += timedelta(days=days)
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return LATEST if day.year > 5000 else EARLIEST
