"""Ask for a side effect inside the transaction of its cause, so that the two can never disagree."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Text, and_, case, cast, false, or_, select, true, update
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
    """When it goes out; without one at once."""
    late: str = ""
    """Why it is skipped if it is first asked for when its time has passed; empty: it then goes out at once."""


def publish(session: Session, wanted: Wanted, *, booking_id: int | None, message_domain: str) -> None:
    """Adds one side effect; one with the same business key is never added twice.

    A row that has not gone out follows the facts: it is skipped or planned again as they say now, at the time they say
    now. One that is planned already stays so when its time has come and gone: it is only waiting for a worker.
    """
    now = clock.now()
    late = bool(wanted.late and not wanted.skipped and wanted.due_at and wanted.due_at <= now)
    row = insert(OutboxMessage).values(
        key=wanted.key,
        kind=wanted.kind,
        recipient=wanted.recipient,
        booking_id=booking_id,
        data=wanted.data,
        state=OutboxState.CANCELLED if wanted.skipped or late else OutboxState.PLANNED,
        why=wanted.late if late else wanted.skipped,
        due_at=wanted.due_at or now,
        attempts=0,
        lease_token="",
        message_id=f"<{uuid4().hex}@{message_domain}>",
        subject="",
        created_at=now,
    )
    new, old = row.excluded, OutboxMessage
    skip = and_(new.state == OutboxState.CANCELLED, old.state != OutboxState.CANCELLED) if not late else false()
    reword = and_(new.state == OutboxState.CANCELLED, old.state == OutboxState.CANCELLED, old.why != new.why, old.attempts == 0 if late else true())
    revive = and_(new.state == OutboxState.PLANNED, old.state == OutboxState.CANCELLED)
    retimed = and_(old.state != OutboxState.RETRYING, old.due_at != new.due_at) if wanted.due_at and not late else false()
    told = or_(old.kind != new.kind, old.recipient != new.recipient, old.booking_id != new.booking_id, cast(old.data, Text) != cast(new.data, Text))
    session.execute(
        row.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "kind": new.kind,
                "recipient": new.recipient,
                "due_at": case((or_(revive, retimed), new.due_at), else_=old.due_at),
                "data": new.data,
                "booking_id": new.booking_id,
                "state": case((or_(skip, revive), new.state), else_=old.state),
                "why": case((or_(skip, revive, reword), new.why), else_=old.why),
            },
            where=and_(old.state.in_(OPEN), or_(skip, revive, reword, retimed, told)),
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
