"""The parts that several deliveries share: people, answers, event type details."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.sandbox.state import Booking, Person


def utc_offset(zone: str, moment: datetime) -> int:
    """Minutes from UTC in a zone at the time of the meeting."""
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def organizer(booking: Booking, *, number: bool, username: bool) -> dict[str, Any]:
    """The host, with or without the keys that only some deliveries carry."""
    host = booking.host
    told: dict[str, Any] = {"id": host.id} if number else {}
    told |= {"name": host.name, "email": host.email}
    if username:
        told["username"] = host.username
    return told | {
        "timeZone": host.time_zone,
        "language": {"locale": "en"},
        "timeFormat": "h:mma",
        "utcOffset": utc_offset(host.time_zone, booking.start),
    }


def attendee(person: Person, start: datetime, *, split_name: bool = False, phone: bool = False) -> dict[str, Any]:
    """Somebody who takes part."""
    told: dict[str, Any] = {"email": person.email, "name": person.name}
    if split_name:
        told |= {"firstName": "", "lastName": ""}
    told["timeZone"] = person.time_zone
    if phone:
        told["phoneNumber"] = None
    return told | {
        "language": {"locale": person.locale},
        "utcOffset": utc_offset(person.time_zone, start),
    }


def responses_at_once(booking: Booking) -> dict[str, Any]:
    """The answers as told at booking time: labels are translation keys, empty answers have no value."""

    def field(label: str, value: object = None, *, hidden: bool = False) -> dict[str, Any]:
        answer = {} if value is None else {"value": value}
        return {"label": label, **answer, "isHidden": hidden}

    place = {"value": booking.where.value, "optionValue": ""}
    return {
        "name": field("your_name", booking.booker.name),
        "email": field("email_address", booking.booker.email),
        "location": field("location", place),
        "title": field("what_is_this_meeting_about", hidden=True),
        "notes": field("additional_notes", booking.notes or None),
        "guests": field("additional_guests", [guest.email for guest in booking.guests]),
        "rescheduleReason": field("reason_for_reschedule", booking.move_reason or None),
        **own_answers(booking),
    }


def own_answers(booking: Booking) -> dict[str, Any]:
    """The answers to the questions that the host added; one without an answer has no value."""
    return {
        one.slug: {"label": one.label, **({"value": booking.answers[one.slug]} if one.slug in booking.answers else {}), "isHidden": one.hidden}
        for one in booking.event_type.questions
    }


def own_answers_from_store(booking: Booking) -> dict[str, Any]:
    """The same as told later: only what was answered, without a word on what is hidden."""
    return {one.slug: {"label": one.label, "value": booking.answers[one.slug]} for one in booking.event_type.questions if one.slug in booking.answers}


def responses_from_store(booking: Booking) -> dict[str, Any]:
    """The answers as told later: labels are field names, the place is only a kind."""
    place = booking.where
    seated = booking.event_type.seats is not None
    told: dict[str, Any] = {
        "name": {"label": "name", "value": booking.booker.name},
        "email": {"label": "email", "value": booking.booker.email},
        "guests": {"label": "guests", "value": [guest.email for guest in booking.guests]},
    }
    if booking.notes or seated:
        told["notes"] = {"label": "notes", "value": booking.notes}
    where = {"optionValue": place.value, "value": place.value} if seated else {"optionValue": "", "value": place.kind.value}
    told["location"] = {"label": "location", "value": where}
    if booking.move_reason:
        told["rescheduleReason"] = {"label": "rescheduleReason", "value": booking.move_reason}
    return told | own_answers_from_store(booking)


def details(booking: Booking) -> dict[str, Any]:
    """The event type's own title and description."""
    kind = booking.event_type
    return {"eventTitle": kind.title, "eventDescription": kind.description or None}


def recurring(booking: Booking) -> dict[str, int] | None:
    """The rule of a series, in Cal.com's numbers."""
    if not booking.weeks:
        return None
    rhythm = booking.event_type.rhythm
    return {"freq": rhythm.number, "count": booking.weeks, "interval": rhythm.interval}
