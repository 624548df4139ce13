"""What was delivered to us, byte for byte, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class InboxState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    PROCESSED = "processed"
    IGNORED = "ignored"
    RETRYING = "retrying"
    DEAD = "dead"


UNFINISHED = text("state IN ('waiting', 'retrying')")
"""In these very words, so that the index over what waits is used, however much is done."""


class InboxMessage(Model):
    """One signed delivery, stored before it is understood; its outcome and error stay on the row."""

    __tablename__ = "inbox_message"
    __table_args__ = (
        Index("ix_inbox_message_received_at_id", "received_at", "id"),
        Index("ix_inbox_message_state_received_at_id", "state", "received_at", "id"),
        Index("ix_inbox_message_trigger_received_at_id", "trigger", "received_at", "id"),
        Index("ix_inbox_message_subscription_received_at_id", "subscription", "received_at", "id"),
        Index("ix_inbox_message_booking_id", "booking_id"),
        Index("ix_inbox_message_unfinished", "id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the body; kept when the body is purged, so that a replay stays harmless."""
    received_at: Mapped[datetime]
    subscription: Mapped[str] = mapped_column(default="")
    """Name in `/webhooks/calcom/<name>`; empty for the main one."""
    secret: Mapped[str] = mapped_column(default="")
    """Which configured secret matched, by its place in the list, never its value."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default=InboxState.WAITING)
    repeats: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    trigger: Mapped[str | None]
    booking_id: Mapped[int | None]
    """Plain number, no foreign key: the inbox stands below the bookings."""
    error: Mapped[str | None]
    processed_at: Mapped[datetime | None]
