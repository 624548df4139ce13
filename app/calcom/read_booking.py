"""Bookings in Cal.com's answers, turned into values."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.calcom.calling import Answer
from app.calcom.errors import Away
from app.calcom.read_value import mapping, moment, rows, text, texts, truth, whole
from app.calcom.types import Attendee, Booking, Host, Page


def page(answer: Answer, *, skip: int, take: int) -> Page:
    """One page of the list, in either way of paging. Raises `Away` when the answer holds no list."""
    if not isinstance(answer.data, list):
        raise Away("Cal.com answered the list of bookings with something else.")
    found = [booking(row) for row in answer.data]
    good = tuple(row for row in found if row is not None)
    if isinstance(more := answer.pagination.get("hasMore"), bool):
        last = not more or not next_cursor(answer)
    else:
        per_page = whole(answer.pagination.get("itemsPerPage")) or take
        last = len(answer.data) < min(take, max(1, per_page))
    return Page(bookings=good, skip=skip, answered_at=answer.at, last=last, unreadable=len(found) - len(good))


def next_cursor(answer: Answer) -> str:
    """Where newer versions go on; empty for those that count rows."""
    return text(answer.pagination.get("nextCursor"))


def bookings(answer: Answer) -> tuple[Booking, ...]:
    """The booking, or those of a series. Raises `Away` when none can be read."""
    found = tuple(row for row in (booking(row) for row in rows(answer.data)) if row is not None)
    if not found:
        raise Away("Cal.com answered with a booking that cannot be understood.")
    return found


def booking(row: Any) -> Booking | None:
    """One booking; None without the least that makes one: uid, status and times."""
    if not isinstance(row, dict):
        return None
    uid, start, end = text(row.get("uid")), moment(row.get("start")), moment(row.get("end"))
    minutes = whole(row.get("duration"))
    if end is None and start is not None and minutes is not None:
        end = start + timedelta(minutes=minutes)
    if not uid or start is None or end is None or not text(row.get("status")):
        return None
    attendees = tuple(attendee(person) for person in rows(row.get("attendees")))
    event_type = mapping(row.get("eventType"))
    return Booking(
        uid=uid,
        id=whole(row.get("id")),
        status=text(row.get("status")).lower(),
        start=start,
        end=end,
        duration_minutes=minutes if minutes is not None else int((end - start).total_seconds() // 60),
        title=text(row.get("title")),
        description=text(row.get("description")),
        hosts=tuple(host(person) for person in rows(row.get("hosts"))),
        event_type_id=whole(event_type.get("id")) if event_type else whole(row.get("eventTypeId")),
        event_type_slug=text(event_type.get("slug")),
        location=text(row.get("location")) or text(row.get("meetingUrl")),
        attendees=attendees,
        guests=texts(row.get("guests")),
        answers=mapping(row.get("bookingFieldsResponses")),
        metadata=mapping(row.get("metadata")),
        created_at=moment(row.get("createdAt")),
        updated_at=moment(row.get("updatedAt")),
        cancellation_reason=text(row.get("cancellationReason")),
        cancelled_by=text(row.get("cancelledByEmail")),
        rescheduling_reason=text(row.get("reschedulingReason")),
        rescheduled_by=text(row.get("rescheduledByEmail")),
        rescheduled_from_uid=text(row.get("rescheduledFromUid")),
        rescheduled_to_uid=text(row.get("rescheduledToUid")),
        recurring_uid=text(row.get("recurringBookingUid")),
        ical_uid=text(row.get("icsUid")),
        absent_host=truth(row.get("absentHost")),
        seated=_seated(row, attendees),
        seat_uid=text(row.get("seatUid")),
        rating=whole(row.get("rating")),
    )


def _seated(row: Mapping[str, Any], attendees: tuple[Attendee, ...]) -> bool:
    """A class is told by its seats; when all are given back, by what only single bookings have."""
    if "seatUid" in row or any(person.seat_uid for person in attendees):
        return True
    return not attendees and "bookingFieldsResponses" not in row and "guests" not in row


def host(row: Mapping[str, Any]) -> Host:
    """Who holds it."""
    return Host(
        id=whole(row.get("id")),
        name=text(row.get("name")),
        email=text(row.get("email")) or text(row.get("displayEmail")),
        username=text(row.get("username")),
        time_zone=text(row.get("timeZone")),
    )


def attendee(row: Mapping[str, Any]) -> Attendee:
    """Who comes."""
    return Attendee(
        name=text(row.get("name")),
        email=text(row.get("email")) or text(row.get("displayEmail")),
        time_zone=text(row.get("timeZone")),
        language=text(row.get("language")),
        absent=truth(row.get("absent")),
        phone=text(row.get("phoneNumber")),
        seat_uid=text(row.get("seatUid")),
        answers=mapping(row.get("bookingFieldsResponses")),
        metadata=mapping(row.get("metadata")),
    )
