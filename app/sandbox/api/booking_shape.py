"""A booking as the API tells it, in the manner of 2024-08-13."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.api.problems import spelled
from app.sandbox.api.versions import PEOPLE_OF_CANCELLED_CLASSES, is_new
from app.sandbox.catalogue import Host, PlaceKind
from app.sandbox.state import Booking, Person, Seat, Status


def booking(one: Booking, *, seat: Seat | None = None) -> dict[str, Any]:
    """All that belongs to one row; `seat` is the one just taken or moved."""
    told = _row(one)
    if one.event_type.seats is None:
        told |= _of_one_booker(one)
    else:
        told["attendees"] = [] if _hides_its_people(one) else [_seated(one, each) for each in one.seats]
        if seat is not None:
            told["seatUid"] = seat.id
    if one.series:
        told["recurringBookingUid"] = one.series
    return told


def attendee(one: Booking, person: Person) -> dict[str, Any]:
    """Somebody who takes part."""
    told = {
        "name": person.name,
        "email": person.email,
        "displayEmail": person.email,
        "timeZone": person.time_zone,
        "language": person.locale,
        "absent": person.email in one.absent,
    }
    return told | ({"phoneNumber": person.phone} if person.phone else {})


def _row(one: Booking) -> dict[str, Any]:
    kind = one.event_type
    told: dict[str, Any] = {
        "id": one.id,
        "uid": one.uid,
        "title": one.title,
        "description": one.notes or None,
        "hosts": [host(one.host)],
        "status": one.status.value.lower(),
        "start": spelled(one.start),
        "end": spelled(one.end),
        "duration": one.minutes,
        "eventTypeId": None if kind.gone else kind.id,
        "eventType": None if kind.gone else {"id": kind.id, "slug": kind.slug},
        "location": one.where.value,
        "absentHost": one.host_absent,
        "createdAt": spelled(one.created_at),
        "updatedAt": spelled(one.updated_at) if one.updated_at else None,
        "metadata": dict(one.metadata),
        "icsUid": one.ical_uid,
    }
    if one.where.kind is PlaceKind.LINK:
        told["meetingUrl"] = one.where.value
    return told | _if_any(
        cancellationReason=one.end_reason if one.status is Status.CANCELLED else None,
        cancelledByEmail=one.cancelled_by,
        reschedulingReason=one.move_reason,
        rescheduledByEmail=one.moved_by,
        rescheduledFromUid=one.from_uid,
        rescheduledToUid=one.to_uid,
    )


def host(one: Host) -> dict[str, Any]:
    """Who is booked."""
    return {"id": one.id, "name": one.name, "email": one.email, "displayEmail": one.email, "username": one.username, "timeZone": one.time_zone}


def _of_one_booker(one: Booking) -> dict[str, Any]:
    guests = [person.email for person in one.guests]
    answers = _answers(one.booker, one.answers, notes=one.notes, move_reason=one.move_reason)
    if guests:
        answers["guests"] = guests
    return {"attendees": [attendee(one, person) for person in one.people()], "guests": guests, "bookingFieldsResponses": answers}


def _seated(one: Booking, seat: Seat) -> dict[str, Any]:
    return attendee(one, seat.person) | {
        "seatUid": seat.id,
        "bookingFieldsResponses": _answers(seat.person, seat.answers),
        "metadata": dict(seat.metadata),
    }


def _answers(person: Person, answers: Mapping[str, Any], *, notes: str = "", move_reason: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"name": person.name, "email": person.email, **answers}
    return told | _if_any(notes=notes, rescheduleReason=move_reason, attendeePhoneNumber=person.phone)


def _hides_its_people(one: Booking) -> bool:
    """A class that was cancelled shows nobody any more, until a version that came later."""
    return one.status is Status.CANCELLED and not is_new(PEOPLE_OF_CANCELLED_CLASSES)


def _if_any(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
