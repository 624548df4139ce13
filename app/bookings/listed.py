"""A booking for scripts: the same keys on the command line and in the API."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.bookings.models import Booking, BookingChange
from app.bookings.queries import status_of
from app.db import db


def complete(bookings: Sequence[Booking]) -> list[Booking]:
    """The same bookings with all that a row needs, read together."""
    wanted = select(Booking).where(Booking.id.in_([booking.id for booking in bookings])).options(selectinload(Booking.addresses))
    found = {booking.id: booking for booking in db.session.scalars(wanted, execution_options={"populate_existing": True})} if bookings else {}
    return [found[booking.id] for booking in bookings if booking.id in found]


def as_row(booking: Booking) -> dict[str, Any]:
    """Everything that a script may know of a booking, without its history."""
    people = [{name: person.get(name) for name in ("name", "email", "time_zone", "state")} for person in booking.attendees]
    return {
        "reference": booking.reference,
        "status": status_of(booking),
        "payment": booking.payment,
        "uids": booking.uids,
        "event_type": booking.event_type,
        "title": booking.title,
        "start": utc(booking.start),
        "end": utc(booking.end),
        "host": booking.host_email,
        "location": booking.location,
        "meeting_url": booking.meeting_url,
        "attendees": people,
        "moved": booking.moved,
        "metadata": booking.details,
    }


def as_change(change: BookingChange) -> dict[str, Any]:
    """One line of a booking's history."""
    return {"at": utc(change.at), "actor": change.actor, "cause": change.cause, "field": change.field, "old": change.old, "new": change.new}


def utc(moment: datetime) -> str:
    """`2026-12-02T09:00:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
