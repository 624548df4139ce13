"""Every SELECT on deliveries."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from app import clock
from app.db import db
from app.inbox.models import InboxMessage, InboxState


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


def counts_by_state() -> dict[str, int]:
    """How many deliveries stand in each state."""
    rows = db.session.execute(select(InboxMessage.state, func.count()).group_by(InboxMessage.state))
    return {state: number for state, number in rows}


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
