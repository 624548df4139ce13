"""Event types and schedules in Cal.com's answers, turned into values."""

from collections.abc import Mapping
from typing import Any

from app.calcom.calling import Answer
from app.calcom.errors import Away
from app.calcom.read_booking import host
from app.calcom.read_value import day, enabled, mapping, rows, text, texts, truth, whole
from app.calcom.types import BookingField, Confirmation, EventType, Override, Place, Recurrence, Schedule, Seats, Window, WorkingHours

DEFAULT_SLUGS = {"name", "email", "location", "title", "notes", "guests", "rescheduleReason", "attendeePhoneNumber"}


def event_types(answer: Answer) -> tuple[EventType, ...]:
    """All that can be read; older answers group them (`eventTypeGroups`), which is a sign of a wrong version."""
    if not isinstance(answer.data, list):
        raise Away("Cal.com answered the list of event types with something else: does this installation know the API version that was asked for?")
    return tuple(found for found in map(_event_type, rows(answer.data)) if found is not None)


def event_type(answer: Answer) -> EventType:
    """One event type."""
    found = _event_type(next(iter(rows(answer.data)), {}))
    if found is None:
        raise Away("Cal.com answered with an event type that cannot be understood.")
    return found


def _event_type(row: Mapping[str, Any]) -> EventType | None:
    number, length = whole(row.get("id")), whole(row.get("lengthInMinutes"))
    if number is None or length is None or not text(row.get("slug")):
        return None
    price = whole(row.get("price")) or 0
    lengths = row.get("lengthInMinutesOptions")
    options = tuple(option for option in map(whole, lengths if isinstance(lengths, list) else ()) if option is not None)
    return EventType(
        id=number,
        slug=text(row.get("slug")),
        title=text(row.get("title")),
        description=text(row.get("description")),
        length_minutes=length,
        length_options=options,
        price=price,
        currency=text(row.get("currency")).upper() if price else "",
        hidden=truth(row.get("hidden")),
        metadata=mapping(row.get("metadata")),
        locations=tuple(_place(place) for place in rows(row.get("locations"))),
        booking_fields=tuple(_field(field) for field in rows(row.get("bookingFields"))),
        schedule_id=whole(row.get("scheduleId")),
        owner_id=whole(row.get("ownerId")),
        team_id=whole(row.get("teamId")),
        users=tuple(host(person) for person in rows(row.get("users"))),
        seats=_seats(row),
        recurrence=_recurrence(row.get("recurrence")),
        confirmation=_confirmation(row.get("confirmationPolicy")),
        minimum_notice=whole(row.get("minimumBookingNotice")) or 0,
        window=_window(row.get("bookingWindow")),
        guests_allowed=row.get("disableGuests") is not True,
        booking_url=text(row.get("bookingUrl")),
        raw=mapping(row),
    )


def _place(row: Mapping[str, Any]) -> Place:
    value = next((text(row[key]) for key in ("address", "link", "phone", "integration", "location") if text(row.get(key))), "")
    if row.get("type") == "integration":
        value = text(row.get("integration"))
    return Place(type=text(row.get("type")) or "unknown", value=value, public=truth(row.get("public")))


def _field(row: Mapping[str, Any]) -> BookingField:
    slug = text(row.get("slug")) or text(row.get("type"))
    default = row.get("isDefault")
    return BookingField(
        slug=slug,
        type=text(row.get("type")) or "text",
        label=text(row.get("label")),
        required=truth(row.get("required")),
        placeholder=text(row.get("placeholder")),
        hidden=truth(row.get("hidden")),
        options=tuple(option for option in map(_option, row.get("options") or ()) if option) if isinstance(row.get("options"), list) else (),
        own=not default if isinstance(default, bool) else slug not in DEFAULT_SLUGS,
    )


def _option(value: Any) -> str:
    return text(value.get("value")) or text(value.get("label")) if isinstance(value, dict) else text(value)


def _seats(row: Mapping[str, Any]) -> Seats | None:
    found = enabled(row.get("seats"))
    per_slot = whole(found.get("seatsPerTimeSlot")) if found else (None if isinstance(row.get("seats"), dict) else whole(row.get("seatsPerTimeSlot")))
    if not per_slot:
        return None
    said = found or {}
    return Seats(per_slot=per_slot, show_attendees=truth(said.get("showAttendeeInfo")), show_available=truth(said.get("showAvailabilityCount")))


def _recurrence(value: Any) -> Recurrence | None:
    found = enabled(value)
    if found is None:
        return None
    return Recurrence(frequency=text(found.get("frequency")), interval=whole(found.get("interval")) or 1, occurrences=whole(found.get("occurrences")) or 1)


def _confirmation(value: Any) -> Confirmation | None:
    found = enabled(value)
    if found is None or not text(found.get("type")):
        return None
    notice = mapping(found.get("noticeThreshold"))
    return Confirmation(type=text(found.get("type")), notice_count=whole(notice.get("count")), notice_unit=text(notice.get("unit")))


def _window(value: Any) -> Window | None:
    """Written as one object, read back as a list of them."""
    found = enabled(next(iter(rows(value)), None))
    if found is None or not text(found.get("type")):
        return None
    bounds = found.get("value")
    if isinstance(bounds, list):
        first, last = (day(bounds[0]), day(bounds[1])) if len(bounds) == 2 else (None, None)
        return Window(type=text(found.get("type")), first=first, last=last)
    return Window(type=text(found.get("type")), days=whole(bounds), rolling=truth(found.get("rolling")))


def schedules(answer: Answer) -> tuple[Schedule, ...]:
    """All schedules that can be read."""
    return tuple(found for found in map(_schedule, rows(answer.data)) if found is not None)


def schedule(answer: Answer) -> Schedule:
    """One schedule."""
    found = next(iter(schedules(answer)), None)
    if found is None:
        raise Away("Cal.com answered with a schedule that cannot be understood.")
    return found


def _schedule(row: Mapping[str, Any]) -> Schedule | None:
    number = whole(row.get("id"))
    if number is None:
        return None
    return Schedule(
        id=number,
        name=text(row.get("name")),
        time_zone=text(row.get("timeZone")) or "UTC",
        owner_id=whole(row.get("ownerId")),
        default=truth(row.get("isDefault")),
        hours=tuple(
            WorkingHours(days=texts(hours.get("days")), start=text(hours.get("startTime")), end=text(hours.get("endTime")))
            for hours in rows(row.get("availability"))
        ),
        overrides=tuple(
            Override(day=on, start=text(other.get("startTime")), end=text(other.get("endTime")))
            for other in rows(row.get("overrides"))
            if (on := day(other.get("date"))) is not None
        ),
    )
