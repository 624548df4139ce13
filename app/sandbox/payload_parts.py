"""The parts that several deliveries share: people, answers, event type details."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.sandbox.catalogue import HOST
from app.sandbox.state import Booking, Person

_WEEKLY = 2


def utc_offset(zone: str, moment: datetime) -> int:
    """Minutes from UTC in a zone at the time of the meeting."""
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def organizer(start: datetime, *, number: bool, username: bool) -> dict[str, Any]:
    """The host, with or without the keys that only some deliveries carry."""
    told: dict[str, Any] = {"id": HOST.id} if number else {}
    told |= {"name": HOST.name, "email": HOST.email}
    if username:
        told["username"] = HOST.username
    return told | {
        "timeZone": HOST.time_zone,
        "language": {"locale": "en"},
        "timeFormat": "h:mma",
        "utcOffset": utc_offset(HOST.time_zone, start),
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

    place = {"value": booking.event_type.place.value, "optionValue": ""}
    return {
        "name": field("your_name", booking.booker.name),
        "email": field("email_address", booking.booker.email),
        "location": field("location", place),
        "title": field("what_is_this_meeting_about", hidden=True),
        "notes": field("additional_notes", booking.notes or None),
        "guests": field("additional_guests", [guest.email for guest in booking.guests]),
        "rescheduleReason": field("reason_for_reschedule", booking.move_reason or None),
    }


def responses_from_store(booking: Booking) -> dict[str, Any]:
    """The answers as told later: labels are field names, the place is only a kind."""
    place = booking.event_type.place
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
    return told


def details(booking: Booking) -> dict[str, Any]:
    """The event type's own title and description."""
    kind = booking.event_type
    return {"eventTitle": kind.title, "eventDescription": kind.description or None}


def recurring(booking: Booking) -> dict[str, int] | None:
    """The weekly rule of a series, in Cal.com's numbers."""
    if not booking.weeks:
        return None
    return {"freq": _WEEKLY, "count": booking.weeks, "interval": 1}
