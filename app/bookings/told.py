"""What a delivery told: the facts that it brought, and what they changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from app.bookings.models import Booking, BookingAddress, BookingChange, BookingFact
from app.db import db

MOST = 100
"""Facts of a delivery that are shown; a class may have many."""


@dataclass(frozen=True)
class Told:
    """One fact, and the booking that it is about; no booking while it shows nothing yet."""

    kind: str
    at: datetime
    reference: str | None


def facts_of(delivery: int) -> list[Told]:
    """The facts that this delivery was the first to bring, in its order."""
    same = and_(BookingAddress.uid == BookingFact.uid, BookingAddress.seat == BookingFact.seat)
    columns = select(BookingFact.id, BookingFact.kind, BookingFact.at, Booking.reference)
    query = columns.outerjoin(BookingAddress, same).outerjoin(Booking, Booking.id == BookingAddress.booking_id)
    rows = db.session.execute(query.where(BookingFact.inbox_id == delivery).limit(MOST))
    return [Told(kind, at, reference) for _, kind, at, reference in sorted(rows, key=lambda row: row.id)]


def changes_of(delivery: int) -> list[tuple[str, Sequence[BookingChange]]]:
    """What it changed, by booking."""
    same = and_(BookingAddress.uid == BookingFact.uid, BookingAddress.seat == BookingFact.seat)
    mine = select(BookingAddress.booking_id).join(BookingFact, same).where(BookingFact.inbox_id == delivery).limit(MOST)
    found: dict[str, list[BookingChange]] = {}
    rows = select(Booking.reference, BookingChange).join(BookingChange, BookingChange.booking_id == Booking.id)
    for reference, change in db.session.execute(
        rows.where(Booking.id.in_(set(db.session.scalars(mine))), BookingChange.inbox_id == delivery).order_by(Booking.id, BookingChange.number)
    ):
        found.setdefault(reference, []).append(change)
    return list(found.items())
