"""What a list of bookings is asked for, and the same as stretches of the index over their terms (`indexing.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, literal, select, union_all
from sqlalchemy.orm import aliased

from app import clock
from app.bookings.indexing import BookingTerm
from app.bookings.models import Booking, Status
from app.bookings.terms import BOOKED, EVENT_TYPE, EVERY, GUEST, HOST, ORIGIN, PAYMENT, end_of, host_term, prefixes, status_term, term
from app.db import db

LONGEST = timedelta(days=31)
"""A meeting longer than this leaves the upcoming ones before it ends."""
CHOICES = 200
NOTHING = "n:"
"""A term that no booking has."""


class Order(StrEnum):
    """What a list is ordered by; the time of the meeting decides among equals, then the row."""

    START = "start"
    BOOKED = "booked"
    GUEST = "guest"
    EVENT_TYPE = "type"
    HOST = "host"


@dataclass(frozen=True)
class Filters:
    """What to show; empty means everything."""

    status: str = ""
    event_type: str = ""
    host: str = ""
    text: str = ""
    """Beginnings of words of name, e-mail address, reference and title; all of them have to be there."""
    since: datetime | None = None
    until: datetime | None = None
    over: bool | None = None
    """Only meetings that have ended (true) or have not (false)."""
    payment: str = ""
    origin: str = ""
    """Where it came from, as `terms.origins` says it."""


@dataclass(frozen=True)
class Stretch:
    """All terms from `low` to below `high`; one term when there is no `high`."""

    low: str
    high: str = ""

    def of(self, row: Any) -> list[ColumnElement[bool]]:
        """That a row of the index lies in it."""
        return [row.term >= self.low, row.term < self.high] if self.high else [row.term == self.low]


_KINDS = {Order.BOOKED: BOOKED, Order.GUEST: GUEST, Order.EVENT_TYPE: EVENT_TYPE, Order.HOST: HOST}
LANES = {order: Stretch(kind, end_of(kind)) for order, kind in _KINDS.items()}
"""Where every booking stands once, in the order of when it was made, its guest, event type or host."""


@dataclass(frozen=True)
class Question:
    """What is asked of the index; times in seconds since 1970."""

    stretches: tuple[Stretch, ...]
    since: int | None = None
    until: int | None = None
    over: bool | None = None
    now: int = 0

    @property
    def simple(self) -> bool:
        """Whether one stretch of the index, in the order of time, is already the answer."""
        return not self.stretches or (len(self.stretches) == 1 and not self.stretches[0].high)

    @property
    def lead(self) -> Stretch:
        """A stretch that stands in the order of time: that of one condition, or of all bookings."""
        return next((stretch for stretch in self.stretches if not stretch.high), Stretch(EVERY))

    def times(self, row: Any, *, after: int | None = None, before: int | None = None) -> list[ColumnElement[bool]]:
        """That a row of the index lies in the wanted span of time.

        A bound is left out where the row starts `after` (or `before`) a moment anyway that says more: SQLite goes by one of two bounds, not by the narrower.
        """
        low, high = self.since, self.until
        if self.over is False:
            floor = self.now - int(LONGEST.total_seconds()) + 1
            low = floor if low is None else max(low, floor)
        if self.over is True:
            high = self.now + 1 if high is None else min(high, self.now + 1)
        said = [] if low is None or (after is not None and after >= low) else [row.start >= low]
        said += [] if high is None or (before is not None and before < high) else [row.start < high]
        if self.over is not None:
            said.append(row.end <= self.now if self.over else row.end > self.now)
        return said

    def others(self, number: Any, *, but: Stretch | None = None, sizes: Mapping[Stretch, int] = MappingProxyType({})) -> list[ColumnElement[bool]]:
        """That the booking with this number has a term in each of the other stretches; the smallest is looked into first, since it mostly says no."""
        return [has(number, stretch) for stretch in sorted(self.stretches, key=lambda each: sizes.get(each, 0)) if stretch != but]


def asked_by(filters: Filters) -> Question:
    """The question that the filters ask."""
    over, status = filters.over, filters.status
    if status in {Status.COMPLETED, Status.CONFIRMED}:
        wanted = status == Status.COMPLETED
        if over is not None and over != wanted:
            return Question((Stretch(NOTHING),))
        over, status = wanted, Status.CONFIRMED
    single = [
        status_term(status) if status else "",
        host_term(filters.host) if filters.host else "",
        term(EVENT_TYPE, filters.event_type) if filters.event_type else "",
        term(PAYMENT, filters.payment) if filters.payment else "",
        term(ORIGIN, filters.origin) if filters.origin else "",
    ]
    words = prefixes(filters.text)
    if filters.text.strip() and not words:
        single.append(NOTHING)  # signs alone are in no word
    stretches = [*(Stretch(low) for low in single if low), *(Stretch(word, end_of(word)) for word in words)]
    since, until = (None if moment is None else int(moment.timestamp()) for moment in (filters.since, filters.until))
    return Question(tuple(dict.fromkeys(stretches)), since, until, over, int(clock.now().timestamp()))


def narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    """A question about bookings with only those in it that the filters let through, aliases left out."""
    question = asked_by(filters)
    # Not `IS NULL`: SQLite takes that for rare, goes by the index over it and sorts nearly all rows afterwards.
    query = query.where(func.coalesce(Booking.alias_of_id, 0) == 0, *question.others(Booking.id))
    if filters.since is not None:
        query = query.where(Booking.start >= filters.since)
    if filters.until is not None:
        query = query.where(Booking.start < filters.until)
    if question.over is not None:
        now = clock.now()
        # The bound on the start says nothing new, it lets the index on it begin at the right place.
        query = query.where(*([Booking.end <= now, Booking.start <= now] if question.over else [Booking.end > now, Booking.start > now - LONGEST]))
    return query


def known(*kinds: str) -> dict[str, list[str]]:
    """For each kind of term (`EVENT_TYPE`, `HOST`, `ORIGIN`) the values that any booking has, sorted: one look for each, however many bookings have it."""
    ends = {end_of(kind): kind for kind in kinds}
    values: dict[str, list[str]] = {kind: [] for kind in kinds}
    for end, value in db.session.execute(_each_value(kinds).limit(CHOICES * len(kinds))):
        values[ends[end]].append(value.removeprefix(ends[end]))
    return {kind: sorted(found)[:CHOICES] for kind, found in values.items()}


@cache
def _each_value(kinds: tuple[str, ...]) -> Select[Any]:
    """The question behind `known`, put together once. Each kind comes on by one with each round, so one of very many values does not crowd out the others."""
    seed = union_all(*(select(literal(end_of(kind)).label("high"), _least(kind + "\x01", end_of(kind)).label("term")) for kind in kinds)).subquery()
    found = select(seed.c.high, seed.c.term).cte("found", recursive=True)
    found = found.union_all(select(found.c.high, _least(found.c.term, found.c.high, beyond=True)).where(found.c.term.is_not(None)))
    return select(found.c.high, found.c.term).where(found.c.term.is_not(None))


def has(number: Any, stretch: Stretch) -> ColumnElement[bool]:
    """That the booking has a term in the stretch. `OFFSET 0` keeps PostgreSQL from making a join of the look-up, which it would sort for."""
    row = aliased(BookingTerm)
    query = select(row.booking_id).where(row.booking_id == number, *stretch.of(row))
    return query.offset(0).exists()


def _least(low: Any, high: Any, *, beyond: bool = False) -> ScalarSelect[str]:
    """The first term from `low` on (or beyond it) and below `high`."""
    row = aliased(BookingTerm)
    return select(func.min(row.term)).where(row.term > low if beyond else row.term >= low, row.term < high).scalar_subquery()
