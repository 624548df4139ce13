"""A booking, the facts it is made from, its addresses at Cal.com, and its history.

`Booking` is written by `lifecycle.py` alone, always as the result of the fold over `BookingFact`
(`fold.py`). Cal.com's uids are only addresses: they change with every move, the reference does not.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Model

NO_SHOW = """replace(CAST(attendees AS TEXT), '"state": "no_show"', '') <> CAST(attendees AS TEXT)"""
"""That somebody did not come, in the same words for index and question on either database: quotes in a name stand escaped in JSON."""


class Status(StrEnum):
    """Where a booking stands; `completed` is computed from the clock and never stored."""

    PENDING = "pending"
    AWAITING_PAYMENT = "awaiting_payment"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    COMPLETED = "completed"


class Payment(StrEnum):
    """What is known of the money."""

    NONE = "none"
    DUE = "due"
    PAID = "paid"
    REFUNDED = "refunded"


class Booking(Model):
    """One booking, one number, for life."""

    __tablename__ = "booking"
    __table_args__ = (
        Index("ix_booking_start_id", "start", "id"),
        Index("ix_booking_status_start_id", "status", "start", "id"),
        Index("ix_booking_visitor_hash", "visitor_hash"),
        Index("ix_booking_booker_email", "booker_email"),
        Index("ix_booking_customer_id_start_id", "customer_id", "start", "id"),
        Index("ix_booking_figures", "start", "end", "status", "event_type", "host_email", "source", "booked_at", "alias_of_id"),
        Index("ix_booking_no_show_start", "start", sqlite_where=text(NO_SHOW), postgresql_where=text(NO_SHOW)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """What people see: short, random, without look-alike characters."""
    status: Mapped[str]
    payment: Mapped[str] = mapped_column(default=Payment.NONE)
    moved: Mapped[int] = mapped_column(default=0)
    event_type: Mapped[str] = mapped_column(default="")
    """Slug of the event type."""
    title: Mapped[str] = mapped_column(default="")
    start: Mapped[datetime]
    end: Mapped[datetime]
    host_email: Mapped[str] = mapped_column(default="")
    host_name: Mapped[str] = mapped_column(default="")
    host_time_zone: Mapped[str] = mapped_column(default="")
    host_absent: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the host is marked as not having come."""
    booker_name: Mapped[str] = mapped_column(default="")
    booker_email: Mapped[str] = mapped_column(default="")
    booker_time_zone: Mapped[str] = mapped_column(default="")
    booker_locale: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    meeting_url: Mapped[str] = mapped_column(default="")
    calendar: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The host's calendar that received the event, `{integration, name}`, where Cal.com tells it."""
    attendees: Mapped[list[Any]] = mapped_column(default=list)
    """`{name, email, time_zone, locale, state}`, booker first, then guests."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Answers to the booking questions by slug: `{label, value, hidden}`."""
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    """Cal.com's `metadata`, key by key from first sight. (`metadata` is taken on a declarative class.)"""
    reason: Mapped[str] = mapped_column(default="")
    """Why it was cancelled, rejected or moved, in the words of who did it."""
    ical_uid: Mapped[str] = mapped_column(default="")
    """The calendar UID, the same for life."""
    sequence: Mapped[int] = mapped_column(default=0)
    """RFC 5545 SEQUENCE: rises with each move and each cancellation."""
    episode: Mapped[int] = mapped_column(default=0)
    """How many times it ceased to be live; a return is news again."""
    first_confirmation: Mapped[bool] = mapped_column(default=True)
    """Whether being confirmed now is news (true) or the confirmation of a move (false)."""
    visitor_hash: Mapped[str] = mapped_column(default="")
    """SHA-256 of the visitor token that came with the booking's metadata."""
    source: Mapped[str] = mapped_column(default="")
    """The page of ours on which it was made."""
    ledger: Mapped[list[Any]] = mapped_column(default=list)
    """Payments asked for and made: `{kind, at, id, amount, currency}`, amounts in minor units."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    change_count: Mapped[int] = mapped_column(default=0)
    """How many lines the history has: a missing last one shows."""
    change_head: Mapped[str] = mapped_column(default="")
    """Hash of the last line of the history."""
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    alias_of_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    """Set when a late fact showed that this row and an older one are the same booking."""
    missing_since: Mapped[datetime | None]
    """Since when Cal.com does not know it any more, as far as its key lets us see; empty while it does."""
    booked_at: Mapped[datetime] = mapped_column(default=clock.now)
    """When it was made, as far as anybody told; long before `created_at` where a comparison found it."""
    created_at: Mapped[datetime]
    """When we first heard of it."""
    updated_at: Mapped[datetime]

    addresses: Mapped[list["BookingAddress"]] = relationship(order_by="BookingAddress.position", viewonly=True)

    @property
    def uids(self) -> list[str]:
        """Every uid Cal.com gave to this booking, oldest first."""
        return [address.uid for address in self.addresses]


class BookingAddress(Model):
    """A place at Cal.com (a uid; in a class, a uid and a person) and the booking that it leads to."""

    __tablename__ = "booking_address"
    __table_args__ = (UniqueConstraint("uid", "seat"), Index("ix_booking_address_booking_id_position", "booking_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str]
    seat: Mapped[str] = mapped_column(default="")
    """The person's e-mail address in a seated event, otherwise empty."""
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    position: Mapped[int]

    booking: Mapped[Booking] = relationship(viewonly=True)


class BookingFact(Model):
    """One thing that Cal.com said about one address at one moment. Never changed, never deleted."""

    __tablename__ = "booking_fact"
    __table_args__ = (
        Index("ix_booking_fact_uid_seat", "uid", "seat"),
        Index("ix_booking_fact_linked_uid", "linked_uid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    uid: Mapped[str]
    seat: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    at: Mapped[datetime]
    """When Cal.com says it happened: `createdAt` of the envelope, or the time of an API read."""
    linked_uid: Mapped[str] = mapped_column(default="")
    """The other uid that the fact names: the successor of a move, or the first uid by `iCalUID`."""
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_message.id"), index=True)
    recorded_at: Mapped[datetime]


class BookingChange(Model):
    """One line of a booking's history: what changed, from what to what, when, by whom and why. Append-only, chained.

    `audit.py` writes and checks the chain.
    """

    __tablename__ = "booking_change"
    __table_args__ = (UniqueConstraint("booking_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    number: Mapped[int]
    """1, 2, 3 … within its booking."""
    at: Mapped[datetime]
    actor: Mapped[str]
    """Who: `cal.com`, `sync`, `admin:<name>`, `customer`."""
    cause: Mapped[str]
    """Why: the trigger and the delivery, the sync run, the act."""
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_message.id"))
    field: Mapped[str]
    old: Mapped[Any] = mapped_column(JSON, nullable=True)
    new: Mapped[Any] = mapped_column(JSON, nullable=True)
    salt: Mapped[str]
    """Random, so that the digest of an erased value cannot be guessed; empty once the values are erased."""
    values_digest: Mapped[str]
    """SHA-256 over salt, old and new; stays when the values are erased, so that the chain holds."""
    hash: Mapped[str]
    """SHA-256 over this line (with the digest of its values) and the hash of the line before it."""
