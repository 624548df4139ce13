"""What the scripts of a booking page get to know, as plain JSON values."""

from dataclasses import asdict
from typing import Any

from app.sandbox.catalogue import EventType, Host, Place
from app.sandbox.dials import FrameDials
from app.sandbox.frame_events import instant
from app.sandbox.state import Booking, Person


def host(one: Host) -> dict[str, Any]:
    """The host."""
    return {
        "name": one.name,
        "username": one.username,
        "timeZone": one.time_zone,
        "initials": "".join(part[0] for part in one.name.split()),
    }


def event_type(kind: EventType, flags: FrameDials) -> dict[str, Any]:
    """An event type, with the rules that the flags pretend."""
    return {
        "id": kind.id,
        "slug": kind.slug,
        "title": kind.title,
        "description": kind.description,
        "length": kind.minutes,
        "lengths": list(kind.offered_lengths()),
        "place": place(kind.place),
        "confirmFirst": kind.confirm_first or flags.pending,
        "price": price(kind.price or (5000 if flags.payment else 0), kind.currency),
        "seats": kind.seats,
        "weeks": kind.weeks or (4 if flags.recurring else None),
        "questions": [asdict(one) for one in kind.questions],
    }


def place(where: Place) -> dict[str, str]:
    """Where people meet."""
    return {"kind": where.kind.value, "value": where.value}


def price(minor: int, currency: str) -> dict[str, Any] | None:
    """An amount, or None for a meeting that is free."""
    return {"amount": minor / 100, "currency": currency.upper()} if minor else None


def booking(one: Booking, *, person: Person | None, seat_id: str | None) -> dict[str, Any]:
    """A booking for those who hold its address. Of a class it shows only the seat in question."""
    kind = one.event_type
    seated = kind.seats is not None
    return {
        "uid": one.uid,
        "seat": seat_id,
        "eventType": kind.slug,
        "typeTitle": kind.title,
        "start": instant(one.start),
        "end": instant(one.end),
        "length": one.minutes,
        "status": one.status.value,
        "moved": one.moved,
        "successor": one.to_uid,
        "paymentDue": one.payment_due,
        "price": price(one.price, kind.currency),
        "place": place(one.where),
        "weeks": one.weeks,
        "person": {"name": person.name, "email": person.email} if person else None,
        "guests": [] if seated else [guest.email for guest in one.guests],
        "seated": seated,
        "reason": one.end_reason,
    }


def boot(*, view: str, whose: Host, flags: FrameDials, **more: Any) -> dict[str, Any]:
    """Everything a page starts with."""
    return {"view": view, "host": host(whose), "flags": asdict(flags), **more}
