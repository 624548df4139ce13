"""How a booking's row comes into being: the first one, its successor, and one person's view of a class."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.sandbox import classes
from app.sandbox.catalogue import EventType
from app.sandbox.orders import Move, NewBooking
from app.sandbox.state import Booking, Person, Status
from app.sandbox.uids import ical_uid_for, new_uid

_PRICE_WHEN_ASKED = 5000


def title_for(kind: EventType, person: Person) -> str:
    """The booking's own title, as Cal.com composes it."""
    return f"{kind.title} between {kind.host.name} and {person.name}"


def first_row(kind: EventType, order: NewBooking, *, start: datetime, minutes: int, new_id: int, now: datetime) -> Booking:
    """A row that nothing came before."""
    uid = new_uid()
    price = kind.price or (_PRICE_WHEN_ASKED if order.as_paid else 0)
    pending = price > 0 or kind.confirm_first or order.as_pending
    booking = Booking(
        id=new_id,
        uid=uid,
        event_type=kind,
        title=title_for(kind, order.booker),
        start=start,
        end=start + timedelta(minutes=minutes),
        status=Status.PENDING if pending else Status.ACCEPTED,
        booker=order.booker,
        ical_uid=ical_uid_for(uid),
        created_at=now,
        updated_at=now,
        place=order.place,
        answers=dict(order.answers),
        guests=list(order.guests),
        notes=order.notes,
        metadata=dict(order.metadata),
        confirm_first=kind.confirm_first or order.as_pending,
        price=price,
        payment_id=new_id if price else None,
    )
    if kind.seats:
        classes.take_seat(booking, order.booker, answers=order.answers, metadata=order.metadata)
    return booking


def successor(old: Booking, order: Move, *, new_id: int, now: datetime, minutes: int | None = None) -> Booking:
    """The row that follows a move: new uid and number, the calendar UID of the first."""
    return replace(
        old,
        id=new_id,
        created_at=now,
        updated_at=now,
        absent=set(),
        host_absent=False,
        cancelled_by="",
        moved_by=order.by,
        asked_to_move=False,
        answers=dict(old.answers),
        uid=new_uid(),
        start=order.start,
        end=order.start + timedelta(minutes=minutes or old.minutes),
        status=Status.ACCEPTED,
        ical_sequence=0,
        from_uid=old.uid,
        to_uid=None,
        move_reason=order.reason,
        end_reason="",
        guests=list(old.guests),
        metadata=dict(old.metadata),
        seats=list(old.seats),
    )


def as_booked_by(booking: Booking, order: NewBooking) -> Booking:
    """A class as the delivery about a further seat tells it: with that person's own answers."""
    return replace(
        booking,
        title=title_for(booking.event_type, order.booker),
        booker=order.booker,
        notes=order.notes,
        metadata=dict(order.metadata),
        answers=dict(order.answers),
    )


def as_seen_by(booking: Booking, person: Person, *, booking_id: int | None = None) -> Booking:
    """A class as one person in it sees it."""
    return replace(
        booking,
        id=booking_id or booking.id,
        title=title_for(booking.event_type, person),
        booker=person,
        notes=booking.notes if person.email == booking.booker.email else "",
        metadata={},
    )
