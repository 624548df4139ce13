"""Every SELECT on deliveries, in the order in which they came.

Each filter has an index that is already in that order (`models.py`), so that a page costs the same however many
deliveries there are. SQLite is not left to guess which of them to take: what few deliveries have decides, and the other
conditions are written so that no index fits them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app import clock
from app.db import db
from app.inbox.models import UNFINISHED, InboxMessage, InboxState
from app.inbox.round_trip import TRIGGER as ROUND_TRIP

PAGE = 50
PLACE = (InboxMessage.received_at, InboxMessage.id)
RARE = frozenset({InboxState.DEAD, InboxState.RETRYING, InboxState.WAITING})
"""States that few deliveries are in."""
LOOKED_THROUGH = 1000
"""So many of the newest bodies are searched for a text."""
MOST_FOUND = 1000


@dataclass(frozen=True)
class Filters:
    """Which deliveries; empty means all of them."""

    state: str = ""
    trigger: str = ""
    subscription: str | None = None
    """Name of the subscription; empty for the main one, None for all."""
    since: datetime | None = None
    until: datetime | None = None
    numbers: tuple[int, ...] | None = None
    """Only these, at most `MOST_FOUND` of them."""
    up_to: int = 0
    """Only those that had come when this was the newest."""

    def as_subject(self) -> dict[str, Any]:
        """For the row of an errand."""
        return {
            "state": self.state, "trigger": self.trigger, "subscription": self.subscription, "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None, "numbers": self.numbers, "up_to": self.up_to,
        }  # fmt: skip

    @classmethod
    def from_subject(cls, said: Mapping[str, Any]) -> "Filters":
        """Back from the row of an errand."""
        moments = {name: datetime.fromisoformat(said[name]) if said.get(name) else None for name in ("since", "until")}
        numbers = tuple(said["numbers"]) if said.get("numbers") is not None else None
        return cls(**{**said, **moments, "numbers": numbers})


EVERYTHING = Filters()


@dataclass(frozen=True)
class Page:
    """One page of deliveries, newest first; `older` and `newer` are the numbers to go on from, 0 at the ends."""

    deliveries: Sequence[InboxMessage]
    older: int
    newer: int


def everything(*, limit: int | None = None) -> Iterator[InboxMessage]:
    """Every delivery, oldest first (the newest `limit` of them when limited)."""
    query = select(InboxMessage).order_by(InboxMessage.id)
    if limit is not None:
        newest = select(InboxMessage.id).order_by(InboxMessage.id.desc()).limit(limit)
        query = query.where(InboxMessage.id.in_(newest))
    yield from db.session.scalars(query.execution_options(yield_per=200))


def by_id(number: int) -> InboxMessage | None:
    """One delivery."""
    return db.session.get(InboxMessage, number)


def by_ids(numbers: Sequence[int]) -> list[InboxMessage]:
    """These deliveries, oldest first."""
    return list(db.session.scalars(select(InboxMessage).where(InboxMessage.id.in_(numbers)).order_by(InboxMessage.id)))


def page(filters: Filters = EVERYTHING, *, older_than: int = 0, newer_than: int = 0, size: int = PAGE) -> Page:
    """One page of deliveries, newest first. A number to go on from that is not there means the first page."""
    query = _narrowed(select(InboxMessage), filters)
    upwards, downwards = [column.asc() for column in PLACE], [column.desc() for column in PLACE]
    if newer_than and (mark := _mark(newer_than)):
        rows = list(db.session.scalars(query.where(tuple_(*PLACE) > mark).order_by(*upwards).limit(size + 1)))
        more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows, older=rows[-1].id if rows else 0, newer=rows[0].id if more else 0)
    mark = _mark(older_than) if older_than else None
    if mark:
        query = query.where(tuple_(*PLACE) < mark)
    rows = list(db.session.scalars(query.order_by(*downwards).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, older=rows[-1].id if more else 0, newer=rows[0].id if mark and rows else 0)


def count(filters: Filters = EVERYTHING, *, state: str = "", up_to: int = 10_000) -> int:
    """How many deliveries there are, counted no further than `up_to`."""
    wanted = replace(filters, state=state) if state else filters
    # In the order of an index, since without an order PostgreSQL reads the table itself.
    order = () if wanted.numbers is not None else PLACE
    some = _narrowed(select(InboxMessage.id), wanted).order_by(*order).limit(up_to).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def following(filters: Filters, *, after: int, limit: int) -> list[int]:
    """Numbers of the next deliveries after this one that still have their body, oldest first."""
    query = _narrowed(select(InboxMessage.id), filters).where(InboxMessage.body.is_not(None))
    if after and (mark := _mark(after)):
        query = query.where(tuple_(*PLACE) > mark)
    return list(db.session.scalars(query.order_by(*PLACE).limit(limit)))


def with_text(text: str, filters: Filters = EVERYTHING) -> tuple[int, ...]:
    """Numbers of those of the newest `LOOKED_THROUGH` deliveries in whose body this stands, upper and lower case the same."""
    needle = text.casefold()
    newest = _narrowed(select(InboxMessage.id, InboxMessage.body), filters).order_by(*(column.desc() for column in PLACE)).limit(LOOKED_THROUGH)
    rows = db.session.execute(newest)
    return tuple(number for number, body in rows if body and needle in body.decode(errors="replace").casefold())


def with_digest(beginning: str) -> tuple[int, ...]:
    """Numbers of the deliveries whose SHA-256 begins like this."""
    low = beginning.lower()
    like = select(InboxMessage.id).where(InboxMessage.digest >= low, InboxMessage.digest < low + "g").order_by(InboxMessage.digest).limit(MOST_FOUND)
    return tuple(db.session.scalars(like))


def about(bookings: Sequence[int]) -> tuple[int, ...]:
    """Numbers of the newest deliveries whose outcome names one of these bookings."""
    named = select(InboxMessage.id).where(InboxMessage.booking_id.in_(bookings)).limit(MOST_FOUND)
    return tuple(db.session.scalars(named)) if bookings else ()


def triggers() -> list[str]:
    """Every trigger that ever came."""
    return _different(InboxMessage.trigger)


def subscriptions() -> list[str]:
    """Every subscription that something came through; the main one is empty."""
    return _different(InboxMessage.subscription)


def stuck() -> int:
    """How many deliveries need a person, counted no further than 100."""
    return count(state=InboxState.DEAD, up_to=100)


def newest() -> InboxMessage | None:
    """The delivery that came last."""
    return db.session.scalar(select(InboxMessage).where(InboxMessage.id > 0).order_by(InboxMessage.id.desc()).limit(1))


def last_received_at() -> datetime | None:
    """When the last valid delivery came that this site has not sent to itself."""
    from_outside = func.coalesce(InboxMessage.trigger, "") != ROUND_TRIP
    return db.session.scalar(select(InboxMessage.received_at).where(InboxMessage.id > 0, from_outside).order_by(InboxMessage.id.desc()).limit(1))


def by_digest(digest: str) -> InboxMessage | None:
    """The delivery whose body has this SHA-256."""
    return db.session.scalar(select(InboxMessage).where(InboxMessage.digest == digest))


def numbers(*, state: str = "", since: datetime | None = None, until: datetime | None = None) -> list[int]:
    """The numbers of the deliveries of a state, received in a span of time, oldest first; only those that still have their body."""
    query = _narrowed(select(InboxMessage.id), Filters(state=state, since=since, until=until)).where(InboxMessage.body.is_not(None))
    return list(db.session.scalars(query.order_by(*PLACE)))


def counts_by_state() -> dict[str, int]:
    """How many deliveries stand in each state."""
    rows = db.session.execute(select(InboxMessage.state, func.count()).group_by(InboxMessage.state))
    return {row[0]: row[1] for row in rows}


def backlog() -> int:
    """How many deliveries are received and not yet processed."""
    return db.session.scalar(select(func.count()).select_from(InboxMessage).where(UNFINISHED)) or 0


def oldest_waiting_seconds() -> float:
    """For how long the oldest delivery that is due has been waiting; 0.0 when none is."""
    now = clock.now()
    oldest = db.session.scalar(select(func.min(InboxMessage.due_at)).where(UNFINISHED, InboxMessage.due_at <= now))
    return (now - oldest).total_seconds() if oldest else 0.0


def _narrowed(query: Select[*tuple[Any, ...]], filters: Filters) -> Select[*tuple[Any, ...]]:
    """One condition leads through its index; the others are looked at on the rows that it finds."""
    if filters.numbers is not None:
        query = query.where(InboxMessage.id.in_(filters.numbers))
    leader = _leader(filters)
    for name, value in (("state", filters.state or None), ("trigger", filters.trigger or None), ("subscription", filters.subscription)):
        if value is not None:
            column: InstrumentedAttribute[Any] = getattr(InboxMessage, name)
            query = query.where(column == value if name == leader else _unindexed(column) == value)
    if filters.since:
        query = query.where(InboxMessage.received_at >= filters.since)
    if filters.until:
        query = query.where(InboxMessage.received_at < filters.until)
    return query.where(InboxMessage.id <= filters.up_to) if filters.up_to else query


def _leader(filters: Filters) -> str:
    if filters.numbers is not None:
        return ""
    if filters.state in RARE:
        return "state"
    return "trigger" if filters.trigger else "state" if filters.state else "subscription"


def _unindexed(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """The column, so that SQLite, which guesses without looking, takes no index for it. PostgreSQL knows how rare a value is."""
    return func.coalesce(column, "") if db.engine.dialect.name == "sqlite" else column.expression


def _mark(number: int) -> tuple[datetime, int] | None:
    received = db.session.scalar(select(InboxMessage.received_at).where(InboxMessage.id == number))
    return (received, number) if received else None


def _different(column: InstrumentedAttribute[Any]) -> list[str]:
    """The different values of a column, each found by one look into its index."""
    first = select(func.min(column).label("value")).cte("different", recursive=True)
    after = select(func.min(column)).where(column > first.c.value).correlate(first).scalar_subquery()
    values = first.union_all(select(after).where(first.c.value.is_not(None)))
    return list(db.session.scalars(select(values.c.value).where(values.c.value.is_not(None))))
