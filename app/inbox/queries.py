"""Every SELECT on deliveries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from app import clock
from app.db import db
from app.inbox.models import InboxMessage, InboxState
from app.inbox.round_trip import TRIGGER as ROUND_TRIP

PAGE = 50


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


def page(*, state: str = "", older_than: int = 0, newer_than: int = 0, size: int = PAGE) -> Page:
    """One page of deliveries, newest first, of one state if given."""
    query = select(InboxMessage).where(*([InboxMessage.state == state] if state else []))
    if newer_than:
        rows = list(db.session.scalars(query.where(InboxMessage.id > newer_than).order_by(InboxMessage.id).limit(size + 1)))
        more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows, older=rows[-1].id if rows else 0, newer=rows[0].id if more else 0)
    if older_than:
        query = query.where(InboxMessage.id < older_than)
    rows = list(db.session.scalars(query.order_by(InboxMessage.id.desc()).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, older=rows[-1].id if more else 0, newer=rows[0].id if older_than and rows else 0)


def count(*, state: str = "", up_to: int = 10_000) -> int:
    """How many deliveries there are (of one state if given), counted no further than `up_to`."""
    some = select(InboxMessage.id).where(*([InboxMessage.state == state] if state else [])).limit(up_to).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def stuck() -> int:
    """How many deliveries need a person, counted no further than 100."""
    return count(state=InboxState.DEAD, up_to=100)


def newest() -> InboxMessage | None:
    """The delivery that came last."""
    return db.session.scalar(select(InboxMessage).order_by(InboxMessage.id.desc()).limit(1))


def last_received_at() -> datetime | None:
    """When the last valid delivery came that this site has not sent to itself."""
    from_outside = or_(InboxMessage.trigger.is_(None), InboxMessage.trigger != ROUND_TRIP)
    return db.session.scalar(select(InboxMessage.received_at).where(from_outside).order_by(InboxMessage.id.desc()).limit(1))


def by_digest(digest: str) -> InboxMessage | None:
    """The delivery whose body has this SHA-256."""
    return db.session.scalar(select(InboxMessage).where(InboxMessage.digest == digest))


def numbers(*, state: str = "", since: datetime | None = None, until: datetime | None = None) -> list[int]:
    """The numbers of the deliveries of a state, received in a span of time, oldest first; only those that still have their body."""
    conditions: list[ColumnElement[bool]] = [InboxMessage.body.is_not(None)]
    if state:
        conditions.append(InboxMessage.state == state)
    if since:
        conditions.append(InboxMessage.received_at >= since)
    if until:
        conditions.append(InboxMessage.received_at < until)
    return list(db.session.scalars(select(InboxMessage.id).where(*conditions).order_by(InboxMessage.id)))


def counts_by_state() -> dict[str, int]:
    """How many deliveries stand in each state."""
    rows = db.session.execute(select(InboxMessage.state, func.count()).group_by(InboxMessage.state))
    return {row[0]: row[1] for row in rows}


def backlog() -> int:
    """How many deliveries are received and not yet processed."""
    states = InboxMessage.state.in_([InboxState.WAITING, InboxState.RETRYING])
    return db.session.scalar(select(func.count()).select_from(InboxMessage).where(states)) or 0


def oldest_waiting_seconds() -> float:
    """For how long the oldest delivery that is due has been waiting; 0.0 when none is."""
    now = clock.now()
    states = InboxMessage.state.in_([InboxState.WAITING, InboxState.RETRYING])
    oldest = db.session.scalar(select(func.min(InboxMessage.due_at)).where(states, InboxMessage.due_at <= now))
    return (now - oldest).total_seconds() if oldest else 0.0
