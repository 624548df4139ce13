"""Every SELECT on the outbox."""

from collections.abc import Iterator

from sqlalchemy import select

from app.db import db
from app.outbox.models import OutboxMessage


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


def of_booking(booking_id: int) -> list[OutboxMessage]:
    """Every side effect of a booking, oldest first."""
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.booking_id == booking_id).order_by(OutboxMessage.id)))


def by_message_id(message_id: str) -> OutboxMessage | None:
    """The side effect whose mail carries this Message-ID."""
    return db.session.scalar(select(OutboxMessage).where(OutboxMessage.message_id == message_id))
