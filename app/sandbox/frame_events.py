"""What the frame tells the page around it about a booking: the new short form and the deprecated long one."""

from datetime import UTC, datetime
from typing import Any

from app.sandbox.catalogue import EventType, Host
from app.sandbox.state import Booking, Person, Status


def instant(moment: datetime) -> str:
    """A UTC time as browsers spell it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def short_form(bookings: list[Booking]) -> dict[str, Any]:
    """The data of the `…V2` events: no personal data, the first date of a series stands for all."""
    first = bookings[0]
    told: dict[str, Any] = {
        "uid": first.uid,
        "title": first.title,
        "startTime": instant(first.start),
        "endTime": instant(first.end),
        "eventTypeId": first.event_type.id,
        "status": first.status.value,
        "paymentRequired": first.payment_due,
        "isRecurring": len(bookings) > 1,
    }
    if len(bookings) > 1:
        told["allBookings"] = [{"startTime": instant(one.start), "endTime": instant(one.end)} for one in bookings]
    if first.where.kind == "link" and first.status is Status.ACCEPTED:
        told["videoCallUrl"] = first.where.value
    return told


def long_form(booking: Booking, person: Person) -> dict[str, Any]:
    """The data of the deprecated events: the whole booking, personal data included."""
    return {
        "booking": _row(booking, person),
        "eventType": _event_type(booking.event_type),
        "date": instant(booking.start),
        "duration": booking.minutes,
        "organizer": _organizer(booking.host),
        "confirmed": booking.status is Status.ACCEPTED,
    }


def cancelled_form(booking: Booking, person: Person) -> dict[str, Any]:
    """The data of `bookingCancelled`."""
    return {
        "booking": _row(booking, person),
        "organizer": _organizer(booking.host),
        "eventType": _event_type(booking.event_type),
    }


def _organizer(host: Host) -> dict[str, str]:
    return {"name": host.name, "email": host.email, "timeZone": host.time_zone}


def _event_type(kind: EventType) -> dict[str, Any]:
    return {
        "id": kind.id,
        "title": kind.title,
        "slug": kind.slug,
        "description": kind.description,
        "length": kind.minutes,
        "requiresConfirmation": kind.confirm_first,
        "price": kind.price,
        "currency": kind.currency,
        "seatsPerTimeSlot": kind.seats,
    }


def _row(booking: Booking, person: Person) -> dict[str, Any]:
    return {
        "id": booking.id,
        "uid": booking.uid,
        "eventTypeId": booking.event_type.id,
        "title": booking.title,
        "startTime": instant(booking.start),
        "endTime": instant(booking.end),
        "status": booking.status.value,
        "location": booking.where.value,
        "metadata": booking.metadata,
        "iCalUID": booking.ical_uid,
        "paymentRequired": booking.payment_due,
        "responses": {
            "name": person.name,
            "email": person.email,
            "guests": [guest.email for guest in booking.guests],
            "notes": booking.notes,
        },
        "user": {"name": booking.host.name, "username": booking.host.username, "timeZone": booking.host.time_zone},
        "attendees": [{"name": person.name, "email": person.email, "timeZone": person.time_zone, "locale": "en"}],
    }
