"""Every SELECT on the outbox. Lists are in the order of the numbers, newest first, and so is an index for each filter."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, func, select

from app import clock
from app.db import db
from app.outbox.models import WAITING, OutboxMessage, OutboxState

PAGE = 50
STUCK = (OutboxState.DEAD, OutboxState.UNKNOWN)
"""What needs a person."""
COMMON = frozenset({OutboxState.SENT, OutboxState.CANCELLED})
"""States that most mails end in."""


class Due(NamedTuple):
    """A mail of a booking as far as others of the same booking depend on it."""

    id: int
    kind: str
    due_at: datetime
    state: str
    start: str | None
    """Of the meeting, as the row knows it."""


@dataclass(frozen=True)
class Filters:
    """Which mails; empty means all of them."""

    state: str = ""
    kind: str = ""
    recipient: str = ""
    """Only to this address, in these very letters."""
    bookings: tuple[int, ...] | None = None
    """Only of bookings with these row numbers."""
    number: int = 0
    up_to: int = 0
    """Only those that were asked for when this was the newest."""

    def as_subject(self) -> dict[str, Any]:
        """For the row of an errand."""
        return {
            "state": self.state, "kind": self.kind, "recipient": self.recipient, "number": self.number, "up_to": self.up_to,
            "bookings": None if self.bookings is None else list(self.bookings),
        }  # fmt: skip

    @classmethod
    def from_subject(cls, said: Mapping[str, Any]) -> "Filters":
        """Back from the row of an errand."""
        bookings = None if said.get("bookings") is None else tuple(said["bookings"])
        return cls(**{**said, "bookings": bookings})


EVERYTHING = Filters()


@dataclass(frozen=True)
class Page:
    """One page of side effects, newest first; `older` and `newer` are the numbers to go on from, 0 at the ends."""

    mails: Sequence[OutboxMessage]
    older: int
    newer: int


def everything(*, limit: int | None = None) -> Iterator[OutboxMessage]:
    """Every side effect, oldest first (the newest `limit` of them when limited)."""
    query = select(OutboxMessage).order_by(OutboxMessage.id)
    if limit is not None:
        newest = select(OutboxMessage.id).order_by(OutboxMessage.id.desc()).limit(limit)
        query = query.where(OutboxMessage.id.in_(newest))
    yield from db.session.scalars(query.execution_options(yield_per=200))


def by_id(number: int) -> OutboxMessage | None:
    """One side effect."""
    return db.session.get(OutboxMessage, number)


def page(filters: Filters = EVERYTHING, *, older_than: int = 0, newer_than: int = 0, size: int = PAGE) -> Page:
    """One page of side effects, newest first."""
    query = _narrowed(select(OutboxMessage), filters).where(OutboxMessage.id > 0)
    if newer_than:
        rows = list(db.session.scalars(query.where(OutboxMessage.id > newer_than).order_by(OutboxMessage.id).limit(size + 1)))
        more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows, older=rows[-1].id if rows else 0, newer=rows[0].id if more else 0)
    if older_than:
        query = query.where(OutboxMessage.id < older_than)
    rows = list(db.session.scalars(query.order_by(OutboxMessage.id.desc()).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, older=rows[-1].id if more else 0, newer=rows[0].id if older_than and rows else 0)


def count(filters: Filters = EVERYTHING, *, state: str = "", up_to: int = 10_000) -> int:
    """How many side effects there are, counted no further than `up_to`."""
    return db.session.scalar(select(_number(replace(filters, state=state) if state else filters, up_to))) or 0


def following(filters: Filters, *, after: int, limit: int) -> list[int]:
    """Numbers of the next side effects after this one, oldest first."""
    query = _narrowed(select(OutboxMessage.id), filters).where(OutboxMessage.id > after)
    return list(db.session.scalars(query.order_by(OutboxMessage.id).limit(limit)))


def kinds() -> list[str]:
    """Every kind that was ever asked for, each found by one look into its index."""
    kind = OutboxMessage.kind
    first = select(func.min(kind).label("value")).cte("different", recursive=True)
    after = select(func.min(kind)).where(kind > first.c.value).correlate(first).scalar_subquery()
    values = first.union_all(select(after).where(first.c.value.is_not(None)))
    return list(db.session.scalars(select(values.c.value).where(values.c.value.is_not(None))))


def stuck() -> int:
    """How many mails need a person (failed, or nobody knows), counted no further than 100."""
    return min(100, sum(db.session.execute(select(*(_number(Filters(state=state), 100) for state in (OutboxState.DEAD, OutboxState.UNKNOWN)))).one()))


def oldest_waiting_seconds() -> float:
    """For how long the oldest mail that is due has been waiting; 0.0 when none is."""
    now = clock.now()
    due = select(OutboxMessage.due_at).where(OutboxMessage.due_at <= now).order_by(OutboxMessage.due_at).limit(1)
    oldest = [db.session.scalar(due.where(OutboxMessage.state == state)) for state in (OutboxState.PLANNED, OutboxState.RETRYING)]
    return max((now - moment).total_seconds() if moment else 0.0 for moment in oldest)


def counts_by_kind_and_state() -> dict[tuple[str, str], int]:
    """How many mails of each kind stand in each state."""
    rows = db.session.execute(select(OutboxMessage.kind, OutboxMessage.state, func.count()).group_by(OutboxMessage.kind, OutboxMessage.state))
    return {(kind, state): count for kind, state, count in rows}


def due_now(*, up_to: int) -> int:
    """How many mails should have gone out by now and wait, counted no further than `up_to`."""
    some = select(OutboxMessage.id).where(WAITING, OutboxMessage.due_at <= clock.now()).limit(up_to).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def of_booking(booking_id: int) -> list[OutboxMessage]:
    """Every side effect of a booking, oldest first."""
    return of_bookings([booking_id])


def due_of_bookings(numbers: Collection[int], *, family: str) -> dict[int, list[Due]]:
    """Every mail of a family (`reminder`) of each of these bookings."""
    found: dict[int, list[Due]] = {number: [] for number in numbers}
    mine = OutboxMessage.booking_id.in_(numbers), OutboxMessage.kind.startswith(f"{family}_", autoescape=True)
    columns = (OutboxMessage.booking_id, OutboxMessage.id, OutboxMessage.kind, OutboxMessage.due_at, OutboxMessage.state, OutboxMessage.data)
    for booking_id, number, kind, due_at, state, data in db.session.execute(select(*columns).where(*mine)) if numbers else ():
        found[booking_id].append(Due(number, kind, due_at, state, data.get("start")))
    return found


def of_bookings(numbers: Collection[int]) -> list[OutboxMessage]:
    """Every side effect of these bookings (one and its aliases), oldest first."""
    return sorted(db.session.scalars(select(OutboxMessage).where(OutboxMessage.booking_id.in_(numbers))), key=lambda mail: mail.id)


def _number(filters: Filters, up_to: int) -> ScalarSelect[int]:
    # In the order of an index, since without an order PostgreSQL reads the table itself.
    some = _narrowed(select(OutboxMessage.id).where(OutboxMessage.id > 0), filters).order_by(OutboxMessage.id).limit(up_to).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    """One condition leads through its index; the others are looked at on the rows that it finds."""
    leader = _leader(filters)
    for name, value in (("state", filters.state), ("kind", filters.kind)):
        if value:
            column = getattr(OutboxMessage, name)
            query = query.where(column == value if name == leader or db.engine.dialect.name != "sqlite" else func.coalesce(column, "") == value)
    if filters.recipient:
        query = query.where(OutboxMessage.recipient == filters.recipient)
    if filters.bookings is not None:
        query = query.where(OutboxMessage.booking_id.in_(filters.bookings))
    if filters.number:
        query = query.where(OutboxMessage.id == filters.number)
    return query.where(OutboxMessage.id <= filters.up_to) if filters.up_to else query


def _leader(filters: Filters) -> str:
    if filters.number or filters.bookings is not None or filters.recipient:
        return ""
    if filters.state and filters.state not in COMMON:
        return "state"
    return "kind" if filters.kind else "state"
