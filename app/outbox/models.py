"""Side effects that are owed, each saved in the transaction of its cause."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model

WAITING = text("state IN ('planned', 'retrying')")
"""What may still go out, in the very words of the index over it: with bound values neither database would use that index."""


BY_STAFF = "cancelled by staff"
"""What the reason of a mail begins with that a person has taken back: facts that ask for it again do not bring it back."""


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
        Index("ix_outbox_message_state_id", "state", "id"),
        Index("ix_outbox_message_kind_id", "kind", "id"),
        Index("ix_outbox_message_recipient_id", "recipient", "id"),
        Index("ix_outbox_message_booking_id", "booking_id"),
        Index("ix_outbox_message_waiting", "due_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
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
    crashes: Mapped[int] = mapped_column(default=0)
    """How often a worker died while it prepared this; bounded, so that no mail can kill workers for ever."""
    unsure: Mapped[int] = mapped_column(default=0)
    """How often it was handed over without anybody knowing how that ended."""
    handed_over_at: Mapped[datetime | None]
    """Set right before the point of no return: whoever finds it beside `sending` cannot know whether the mail left."""
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str] = mapped_column(default="")
    """Fencing token: a worker that lost its lease sends nothing and changes nothing."""
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


class OutboxPause(Model):
    """While a row is here a mail server is away: one mail at a time asks whether it is back, all others wait."""

    __tablename__ = "outbox_pause"

    host: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    """Nobody connects before then."""
    failures: Mapped[int]
    why: Mapped[str] = mapped_column(default="")
