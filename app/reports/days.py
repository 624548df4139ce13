"""The bookings of some days on the owner's calendar: a few of each, and how many there are.

A booking stands on every day that it reaches into, so one over midnight stands on two. What is cancelled or declined takes
no time and is left out, but counted, unless it is asked for by its status. However many a day has, only so many rows are
read as are shown. When not to use it: for a list of everything; `finding.page` has pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import CTE, Integer, case, column, func, select, values
from sqlalchemy.orm import defer

from app.bookings.models import Booking, Status
from app.bookings.question import LONGEST, Filters, narrowed
from app.db import UTCDateTime, db
from app.timing import zone_of

GONE = (Status.CANCELLED, Status.REJECTED)
MOST_ACROSS = 300
"""So many bookings that reach over a midnight are looked for."""


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
    filters = replace(filters, since=None, until=None, over=None)
    across = _across(filters, edges)
    picked = _picked(filters, found, each)
    rows = _rows({*across, *(number for numbers in picked for number in numbers)})
    for day, numbers in zip(found, picked, strict=True):
        carried = [rows[number] for number in across if rows[number].start < day.begins < rows[number].end]
        own = [rows[number] for number in numbers]
        day.bookings = [*sorted(carried, key=lambda booking: (booking.start, booking.id)), *own][:each]
        day.count += len(carried)
    return found


def _days_of(edges: Sequence[datetime]) -> CTE:
    rows = [(number, begins, ends) for number, (begins, ends) in enumerate(pairwise(edges))]
    return values(column("n", Integer), column("begins", UTCDateTime()), column("ends", UTCDateTime())).data(rows).cte("day")


def _within(query: Any, filters: Filters, day: CTE) -> Any:
    """Of each day the bookings that begin on it, cancelled ones only when they are asked for."""
    query = narrowed(query.select_from(day).join(Booking, (Booking.start >= day.c.begins) & (Booking.start < day.c.ends)), filters)
    return query if filters.status else query.where(Booking.status.not_in(GONE))


def _across(filters: Filters, edges: Sequence[datetime]) -> list[int]:
    """Numbers of the bookings that reach into the day after the one on which they begin."""
    day = _days_of(edges)
    query = _within(select(Booking.id), filters, day).where(Booking.end > day.c.ends).order_by(Booking.start, Booking.id)
    return list(db.session.scalars(query.limit(MOST_ACROSS)))


def _picked(filters: Filters, found: Sequence[Day], each: int) -> list[list[int]]:
    """Numbers of the first bookings that begin on each day; writes down how many there are."""
    day = _days_of([*(one.begins for one in found), found[-1].ends])
    gone = case((Booking.status.in_(GONE), 1), else_=0) if not filters.status else case((Booking.id < 0, 1), else_=0)
    counted = narrowed(
        select(day.c.n, gone, func.count()).select_from(day).join(Booking, (Booking.start >= day.c.begins) & (Booking.start < day.c.ends)), filters
    )
    for number, is_gone, amount in db.session.execute(counted.group_by(day.c.n, gone)):
        if is_gone:
            found[number].gone = amount
        else:
            found[number].count = amount
    place = func.row_number().over(partition_by=day.c.n, order_by=(Booking.start, Booking.id)).label("place")
    ranked = _within(select(day.c.n, Booking.id, place), filters, day).subquery()
    picked: list[list[int]] = [[] for _ in found]
    for number, booking_id in db.session.execute(select(ranked.c.n, ranked.c.id).where(ranked.c.place <= each).order_by(ranked.c.n, ranked.c.place)):
        picked[number].append(booking_id)
    return picked


def _rows(numbers: set[int]) -> dict[int, Booking]:
    unseen = (defer(Booking.details), defer(Booking.ledger), defer(Booking.calendar))
    query = select(Booking).where(Booking.id.in_(numbers)).options(*unseen)
    return {booking.id: booking for booking in db.session.scalars(query)} if numbers else {}
