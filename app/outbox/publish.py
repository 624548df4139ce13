"""Ask for a side effect inside the transaction of its cause, so that the two can never disagree."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock
from app.db import insert
from app.outbox.models import OutboxMessage, OutboxState

UNSENT = (OutboxState.PLANNED, OutboxState.RETRYING)


def publish(
    session: Session,
    *,
    key: str,
    kind: str,
    recipient: str,
    booking_id: int | None,
    data: dict[str, Any],
    message_domain: str,
    due_at: datetime | None = None,
    skipped: str = "",
) -> None:
    """Adds one side effect, unless one with the same business key was ever asked for.

    `skipped` says why it must not go out; the row is then stored as cancelled, so that people can see it.
    """
    now = clock.now()
    row = insert(OutboxMessage).values(
        key=key,
        kind=kind,
        recipient=recipient,
        booking_id=booking_id,
        data=data,
        state=OutboxState.CANCELLED if skipped else OutboxState.PLANNED,
        why=skipped,
        due_at=due_at or now,
        attempts=0,
        lease_token="",
        message_id=f"<{uuid4().hex}@{message_domain}>",
        subject="",
        created_at=now,
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))


def withdraw(session: Session, *, booking_id: int, keep: Collection[str], why: str) -> None:
    """Cancels what was planned for a booking and is not in `keep`; what has gone out stays as it is."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.booking_id == booking_id, OutboxMessage.state.in_(UNSENT), OutboxMessage.key.not_in(list(keep)))
        .values(state=OutboxState.CANCELLED, why=why)
    )


