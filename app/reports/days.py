"""The bookings of some days on the owner's calendar: a few of each, and how many there are.

A booking stands on every day that it reaches into, so one over midnight stands on two. What is cancelled or declined takes
no time and is left out, but counted, unless it is asked for by its status. However many a day has, only so many rows are
read as are shown. When not to use it: for a list of everything; `finding.page` has pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from json import loads
from typing import Any

from sqlalchemy import CTE, ScalarSelect, Select, func, select
from sqlalchemy.orm import aliased, defer

from app.bookings.indexing import BookingTerm
from app.bookings.models import Booking, Status
from app.bookings.question import LONGEST, Filters, Question, Stretch, asked_by, has
from app.bookings.terms import status_term
from app.db import db
from app.reports.lists import as_list, table_of
from app.timing import zone_of

GONE = (Status.CANCELLED, Status.REJECTED)
MOST_ACROSS = 300
"""So many bookings of each day that reach over its midnight are looked for."""


@dataclass
class Day:
    """One day on the owner's calendar."""

    date: date
    begins: datetime
    ends: datetime
    """An hour earlier or later than 24 hours on, where the clocks change."""
    bookings: list[Booking] = field(default_factory=list)
    """By start, those that began before first; no more than were asked for."""
    count: int = 0
    """All that there are."""
    gone: int = 0
    """Cancelled or declined ones that are left out."""

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.bookings)

    @property
    def clocks(self) -> int:
        """By how many minutes the clocks are changed on this day: 60 in spring, -60 in autumn, otherwise 0."""
        return 24 * 60 - round((self.ends - self.begins).total_seconds() / 60)


def days(filters: Filters, *, first: date, count: int, zone: str, each: int) -> list[Day]:
    """So many days from the first on, with at most `each` bookings. The filters' own times are left aside."""
    there = zone_of(zone)
    edges = [datetime.combine(first + timedelta(days=number), time(), there).astimezone(UTC) for number in range(-LONGEST.days, count + 1)]
    found = [Day(first + timedelta(days=number), *edge) for number, edge in enumerate(pairwise(edges[LONGEST.days :]))]
    question = asked_by(replace(filters, since=None, until=None, over=None))
    across = _across(question, edges, with_gone=bool(filters.status))
    picked = _picked(question, found, each, with_gone=bool(filters.status))
    rows = _rows({*across, *(number for numbers in picked for number in numbers)})
    for day, numbers in zip(found, picked, strict=True):
        carried = [rows[number] for number in across if rows[number].start < day.begins < rows[number].end]
        own = [rows[number] for number in numbers]
        day.bookings = [*sorted(carried, key=_by_start), *sorted(own, key=_by_start)][:each]
        day.count += len(carried)
    return found


def _by_start(booking: Booking) -> tuple[datetime, int]:
    return booking.start, booking.id


def _across(question: Question, edges: Sequence[datetime], *, with_gone: bool) -> set[int]:
    """Numbers of the bookings that reach into the day after the one on which they begin."""
    day, row = _days_of(edges), aliased(BookingTerm)
    query = _of_day(question, day, row, with_gone=with_gone).where(row.end > day.c.ends).order_by(row.start, row.booking_id).limit(MOST_ACROSS)
    return {number for numbers in db.session.scalars(select(_list(query, day)).select_from(day)) for number in loads(numbers or "[]")}


def _picked(question: Question, found: Sequence[Day], each: int, *, with_gone: bool) -> list[list[int]]:
    """Numbers of the first bookings that begin on each day; writes down how many there are."""
    day, row = _days_of([*(one.begins for one in found), found[-1].ends]), aliased(BookingTerm)
    first = _list(_of_day(question, day, row, with_gone=with_gone).order_by(row.start, row.booking_id).limit(each), day)
    gone = [] if with_gone else [_number(question, day, status_term(status)) for status in GONE]
    picked: list[list[int]] = [[] for _ in found]
    for number, numbers, every, *out in db.session.execute(select(day.c.n, first, _number(question, day), *gone)):
        found[number].gone = sum(out)
        found[number].count = every - found[number].gone
        picked[number] = loads(numbers or "[]")
    return picked


def _days_of(edges: Sequence[datetime]) -> CTE:
    rows = [(number, int(begins.timestamp()), int(ends.timestamp())) for number, (begins, ends) in enumerate(pairwise(edges))]
    return table_of(rows, "n", "begins", "ends", name="day")


def _of_day(question: Question, day: CTE, row: Any, *, with_gone: bool, lead: Stretch | None = None) -> Select[Any]:
    """Numbers of what begins on the day, along one stretch of the index; the days are looked into one by one, whatever a planner expects of them."""
    lead = lead or question.lead
    query = select(row.booking_id).where(*lead.of(row), row.start >= day.c.begins, row.start < day.c.ends, *question.times(row))
    without = () if with_gone else (~has(row.booking_id, Stretch(status_term(status))) for status in GONE)
    return query.where(*question.others(row.booking_id, but=lead), *without).correlate(day)


def _number(question: Question, day: CTE, term: str = "") -> ScalarSelect[int]:
    """How many begin on the day, of those that have this term as well."""
    row = aliased(BookingTerm)
    query = _of_day(question, day, row, with_gone=True, lead=Stretch(term) if term else None)
    return query.with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery()


def _list(numbers: Select[Any], day: CTE) -> ScalarSelect[str]:
    found = numbers.subquery()
    return as_list(found.c.booking_id, found).correlate(day).scalar_subquery()


def _rows(numbers: set[int]) -> dict[int, Booking]:
    unseen = (defer(Booking.details), defer(Booking.ledger), defer(Booking.calendar))
    query = select(Booking).where(Booking.id.in_(numbers)).options(*unseen)
    return {booking.id: booking for booking in db.session.scalars(query)} if numbers else {}
