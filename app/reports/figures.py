"""Counts of bookings over whole weeks of the owner's calendar: by week, event type, host, origin, and how far ahead they were made.

A week runs from Monday 00:00 on the owner's clocks to the next one, so the two weeks of a year in which the clocks
change are an hour shorter and longer, and their bookings stand where the owner's calendar has them. The database counts,
along one index that holds all that is counted by (`ix_booking_figures`); those who did not come have one of their own.

Moved bookings count once, where they stand now. What was first heard of after it began (imported history) has no known
lead time and is said to have none. When not to use it: to find single bookings; the list does that.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from json import loads
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, case, cast, column, func, select, text, values

from app import clock
from app.bookings.models import NO_SHOW, Booking, Status
from app.bookings.terms import origins
from app.db import UTCDateTime, db
from app.reports.lists import array, as_list
from app.timing import zone_of

WEEK = timedelta(days=7)
MOST_WEEKS = 104
HOUR, DAY = 3600, 86_400
LEADS = (
    (2 * HOUR, "Less than 2 hours"),
    (DAY, "2 to 24 hours"),
    (2 * DAY, "1 to 2 days"),
    (7 * DAY, "2 to 7 days"),
    (14 * DAY, "1 to 2 weeks"),
    (28 * DAY, "2 to 4 weeks"),
    (0, "4 weeks or more"),
)
"""How far ahead, in seconds below which it is said so; the last one has no end."""
_STEPS = [below // (2 * HOUR) for below, _ in LEADS if below]
"""The same in steps of two hours, which is what the database counts."""
GONE = frozenset({Status.CANCELLED, Status.REJECTED})
WAITING = frozenset({Status.PENDING, Status.AWAITING_PAYMENT})


@dataclass(frozen=True)
class Span:
    """Whole weeks on the owner's calendar, from one Monday up to another."""

    first: date
    weeks: int
    zone: str

    @property
    def mondays(self) -> list[date]:
        """The first day of each week."""
        return [self.first + number * WEEK for number in range(self.weeks)]

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + self.weeks * WEEK - timedelta(days=1)

    @property
    def edges(self) -> list[datetime]:
        """The moments between which the weeks lie, one more than there are weeks."""
        zone = zone_of(self.zone)
        return [datetime.combine(self.first + number * WEEK, time(), zone).astimezone(UTC) for number in range(self.weeks + 1)]


@dataclass(frozen=True)
class Which:
    """Whose bookings are counted; empty means all."""

    host: str = ""
    event_type: str = ""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for a question."""
        # SQLite takes `IS NULL` for rare, and leaves the index over the span for one over what nearly all rows have. PostgreSQL takes
        # anything else for rare, and sorts the rows that it could count as they come.
        found = [func.coalesce(Booking.alias_of_id, 0) == 0 if db.engine.dialect.name == "sqlite" else Booking.alias_of_id.is_(None)]
        if self.host:
            found.append(func.lower(Booking.host_email) == self.host.lower())
        if self.event_type:
            found.append(Booking.event_type == self.event_type)
        return found


ALL = Which()


@dataclass
class Tally:
    """How many bookings, by what became of them."""

    held: int = 0
    """Confirmed, and over."""
    coming: int = 0
    """Confirmed, and not over."""
    waiting: int = 0
    """Asked for, or to be paid."""
    gone: int = 0
    """Cancelled or declined."""
    absent: int = 0
    """Of those held: somebody did not come."""

    @property
    def kept(self) -> int:
        """Confirmed, over or not."""
        return self.held + self.coming

    @property
    def all(self) -> int:
        """Every booking."""
        return self.kept + self.waiting + self.gone

    @property
    def absence(self) -> float | None:
        """The share of meetings held to which somebody did not come; none while none was held."""
        return self.absent / self.held if self.held else None

    def add(self, status: str, *, over: bool, number: int) -> None:
        """Counts bookings that ended up so."""
        if status in GONE:
            self.gone += number
        elif status in WAITING:
            self.waiting += number
        elif over:
            self.held += number
        else:
            self.coming += number

    def plus(self, other: "Tally") -> None:
        """Adds another tally."""
        for name in ("held", "coming", "waiting", "gone", "absent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Figures:
    """All counts of a span."""

    weeks: list[Tally]
    by_type: dict[str, Tally] = field(default_factory=dict)
    """By slug, most bookings first."""
    by_host: dict[str, Tally] = field(default_factory=dict)
    """By address in small letters, most bookings first."""
    by_origin: dict[str, Tally] = field(default_factory=dict)
    """By the first of `terms.origins`, most bookings first."""
    leads: list[int] = field(default_factory=list)
    """One for each of `LEADS`."""
    no_lead: int = 0

    @property
    def total(self) -> Tally:
        """All weeks together."""
        found = Tally()
        for week in self.weeks:
            found.plus(week)
        return found


def figures(span: Span, which: Which = ALL) -> Figures:
    """Every count of the span."""
    edges, now = span.edges, clock.now()
    found = Figures(weeks=[Tally() for _ in range(span.weeks)])
    week = _weeks(edges)
    over = case((Booking.end <= now, 1), else_=0)
    within = [Booking.start >= edges[0], Booking.start < edges[-1], *which.conditions]
    _weekly(found, week, over, which)
    _names(found, over, within)
    _absences(found, week, which, now)
    _leads(found, within)
    for names in (found.by_type, found.by_host, found.by_origin):
        ordered = sorted(names.items(), key=lambda item: (-item[1].all, item[0]))
        names.clear()
        names.update(ordered)
    return found


def _weeks(edges: Sequence[datetime]) -> CTE:
    rows = [(number, begins, ends) for number, (begins, ends) in enumerate(pairwise(edges))]
    return values(column("n", Integer), column("begins", UTCDateTime()), column("ends", UTCDateTime())).data(rows).cte("week")


def _weekly(found: Figures, week: CTE, over: Any, which: Which) -> None:
    # The weeks are looked into one by one. As a join PostgreSQL expects a ninth of all bookings in each and reads the whole table.
    inside = Booking.start >= week.c.begins, Booking.start < week.c.ends, *which.conditions
    counted = select(Booking.status, over.label("over"), func.count().label("number")).where(*inside).group_by(Booking.status, over).correlate(week).subquery()
    row = array(counted.c.status, counted.c.over, counted.c.number)
    for number, rows in db.session.execute(select(week.c.n, as_list(row, counted).correlate(week).scalar_subquery()).select_from(week)):
        for status, ended, count in loads(rows or "[]"):
            found.weeks[number].add(status, over=bool(ended), number=count)


def _names(found: Figures, over: Any, within: Sequence[ColumnElement[bool]]) -> None:
    """By event type, host and origin in one reading, which costs half of three."""
    names = (Booking.event_type, func.lower(Booking.host_email), Booking.source)
    query = select(*names, Booking.status, over, func.count()).where(*within).group_by(*names, Booking.status, over)
    for event_type, host, source, status, ended, count in db.session.execute(query):
        for tallies, name in ((found.by_type, event_type), (found.by_host, host), (found.by_origin, _origin(source))):
            tallies.setdefault(name, Tally()).add(status, over=bool(ended), number=count)


def _absences(found: Figures, week: CTE, which: Which, now: datetime) -> None:
    # The status as an expression: otherwise SQLite would go by an index over it and read every booking of the span.
    held: list[Any] = [func.coalesce(Booking.status, "") == Status.CONFIRMED, Booking.end <= now, text(NO_SHOW), *which.conditions]
    names = (week.c.n, Booking.event_type, func.lower(Booking.host_email), Booking.source)
    query = select(*names, func.count()).join(Booking, (Booking.start >= week.c.begins) & (Booking.start < week.c.ends))
    for number, event_type, host, source, count in db.session.execute(query.where(*held).group_by(*names)):
        for tallies, name in ((found.by_type, event_type), (found.by_host, host), (found.by_origin, _origin(source))):
            tallies.setdefault(name, Tally()).absent += count
        found.weeks[number].absent += count


def _leads(found: Figures, within: Sequence[ColumnElement[bool]]) -> None:
    ahead = (_seconds(Booking.start) - _seconds(Booking.booked_at)).label("ahead")
    known = select(ahead).where(*within).subquery()
    step = case((known.c.ahead <= 0, -1), (known.c.ahead >= LEADS[-2][0], -2), else_=known.c.ahead // (2 * HOUR)).label("step")
    found.leads = [0] * len(LEADS)
    for number, count in db.session.execute(select(step, func.count()).group_by(step)):
        if number == -1:
            found.no_lead = count
        else:
            found.leads[-1 if number == -2 else bisect_right(_STEPS, number)] += count


@lru_cache(maxsize=1000)
def _origin(source: str) -> str:
    return origins(source)[0]


def _seconds(moment: Any) -> Any:
    """Whole seconds since 1970."""
    return cast(func.strftime("%s", moment), Integer) if db.engine.dialect.name == "sqlite" else cast(func.floor(func.extract("epoch", moment)), Integer)
