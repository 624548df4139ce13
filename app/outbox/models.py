"""Side effects that are owed, each saved in the transaction of its cause."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class OutboxState(StrEnum):
    """Where a side effect stands."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    RETRYING = "retrying"
    DEAD = "dead"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Crashed between the server's "250" and our commit: nobody can know whether it arrived."""


class OutboxMessage(Model):
    """One side effect (a mail), unique by its business key, with its whole fate on the row."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_state_due_at_id", "state", "due_at", "id"),
        Index("ix_outbox_message_booking_id", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Business key: the same fact can never ask twice."""
    kind: Mapped[str]
    recipient: Mapped[str]
    booking_id: Mapped[int | None]
    """Plain number, no foreign key: the outbox stands below the bookings."""
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the mail is about at the moment it was asked for (uid, start, old start)."""
    state: Mapped[str] = mapped_column(default=OutboxState.PLANNED)
    why: Mapped[str] = mapped_column(default="")
    """Why it was skipped, failed or is unknown."""
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str] = mapped_column(default="")
    """Fencing token: a worker that lost its lease changes nothing."""
    message_id: Mapped[str]
    """The mail's Message-ID, one for life."""
    subject: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class OutboxHold(Model):
    """While a row is here nothing leaves the house: after a restore, until somebody has looked."""

    __tablename__ = "outbox_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    why: Mapped[str] = mapped_column(default="")
