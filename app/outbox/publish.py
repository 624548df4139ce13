"""Ask for a side effect inside the transaction of its cause, so that the two can never disagree."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Text, and_, case, cast, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import insert
from app.outbox.models import OutboxMessage, OutboxState

UNSENT = (OutboxState.PLANNED, OutboxState.RETRYING)
OPEN = (*UNSENT, OutboxState.CANCELLED)
"""States in which nothing has left the house, so that a better knowledge of the facts may still change the row."""


@dataclass(frozen=True)
class Wanted:
    """One side effect that the facts ask for; with `skipped` set it is only noted down, with the reason."""

    key: str
    kind: str
    recipient: str
    data: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""
    due_at: datetime | None = None


def publish(session: Session, wanted: Wanted, *, booking_id: int | None, message_domain: str) -> None:
    """Adds one side effect; one with the same business key is never added twice.

    A row that has not gone out follows the facts: it is skipped or planned again as they say now.
    """
    now = clock.now()
    row = insert(OutboxMessage).values(
        key=wanted.key,
        kind=wanted.kind,
        recipient=wanted.recipient,
        booking_id=booking_id,
        data=wanted.data,
        state=OutboxState.CANCELLED if wanted.skipped else OutboxState.PLANNED,
        why=wanted.skipped,
        due_at=wanted.due_at or now,
        attempts=0,
        lease_token="",
        message_id=f"<{uuid4().hex}@{message_domain}>",
        subject="",
        created_at=now,
    )
    new, old = row.excluded, OutboxMessage
    skip = and_(new.state == OutboxState.CANCELLED, old.state != OutboxState.CANCELLED)
    reword = and_(new.state == OutboxState.CANCELLED, old.state == OutboxState.CANCELLED, old.why != new.why)
    revive = and_(new.state == OutboxState.PLANNED, old.state == OutboxState.CANCELLED)
    told = or_(old.kind != new.kind, old.booking_id != new.booking_id, cast(old.data, Text) != cast(new.data, Text))
    session.execute(
        row.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "kind": new.kind,
                "data": new.data,
                "booking_id": new.booking_id,
                "state": case((or_(skip, revive), new.state), else_=old.state),
                "why": case((or_(skip, revive, reword), new.why), else_=old.why),
            },
            where=and_(old.state.in_(OPEN), or_(skip, revive, reword, told)),
        )
    )


def withdraw(session: Session, *, booking_id: int, keep: Collection[str], why: str) -> None:
    """Cancels what was planned for a booking and is not in `keep`; what has gone out stays as it is."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.booking_id == booking_id, OutboxMessage.state.in_(UNSENT), OutboxMessage.key.not_in(list(keep)))
        .values(state=OutboxState.CANCELLED, why=why)
    )


def hand_over(session: Session, *, from_booking: int, to_booking: int) -> None:
    """Everything of one booking now belongs to another (they turned out to be the same)."""
    session.execute(update(OutboxMessage).where(OutboxMessage.booking_id == from_booking).values(booking_id=to_booking))


def anything_sent(session: Session, *, booking_id: int) -> bool:
    """Whether any mail of the booking has left the house, or may have."""
    gone = OutboxMessage.state.in_([OutboxState.SENT, OutboxState.SENDING, OutboxState.UNKNOWN])
    return session.scalar(select(OutboxMessage.id).where(OutboxMessage.booking_id == booking_id, gone).limit(1)) is not None
