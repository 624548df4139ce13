"""The bodies of the simulated deliveries, key by key as a real Cal.com was seen to send them.

There are four shapes, because the real one builds them in four places: told at once (a booking,
a request, a move), told from the database (a confirmation, a rejection), told after a payment,
and told on a cancel. Each has its own keys, its own order and its own spelling of a time; a
receiver that copes with only one of them fails at the real one as well.
"""

import json
from datetime import UTC, datetime
from typing import Any

from app.sandbox.payload_parts import (
    attendee,
    details,
    organizer,
    own_answers,
    own_answers_from_store,
    recurring,
    responses_at_once,
    responses_from_store,
)
from app.sandbox.state import Booking, Happening, Status, Trigger
from app.sandbox.uids import new_secret

Payload = dict[str, Any]

_AT_ONCE = "%Y-%m-%dT%H:%M:%SZ"
_FROM_STORE = "%Y-%m-%dT%H:%M:%S.000Z"
_ON_CANCEL = "%Y-%m-%dT%H:%M:%S+00:00"


def body(happening: Happening, *, booker_url: str) -> bytes:
    """The exact bytes to sign and to send: compact JSON with raw UTF-8."""
    moment = happening.at.astimezone(UTC)
    envelope = {
        "triggerEvent": happening.trigger.value,
        "createdAt": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z",
        "payload": payload(happening, booker_url=booker_url),
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def payload(happening: Happening, *, booker_url: str) -> Payload:
    """The payload in the shape that belongs to how it came about."""
    if happening.trigger is Trigger.NO_SHOW:
        return _on_absence(happening)
    if happening.trigger is Trigger.CANCELLED and happening.booking.asked_to_move:
        return _on_wish_to_move(happening)
    if happening.trigger is Trigger.CANCELLED:
        return _on_cancel(happening, booker_url)
    if happening.trigger is Trigger.PAID or (happening.from_store and _was_paid(happening.booking)):
        return _after_payment(happening, booker_url)
    if happening.from_store:
        return _from_store(happening, booker_url)
    return _at_once(happening, booker_url)


def _at_once(happening: Happening, booker_url: str) -> Payload:
    booking, kind, old, seat = happening.booking, happening.booking.event_type, happening.previous, happening.seat
    waiting = booking.status is Status.PENDING
    told: Payload = {
        "bookerUrl": booker_url,
        "title": booking.title,
        **_times(booking, _AT_ONCE),
        "additionalNotes": booking.notes,
        "type": kind.slug,
        "description": kind.description or booking.notes,
        "eventTypeId": kind.id,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "hideOrganizerEmail": False,
        "schedulingType": None,
        "seatsPerTimeSlot": kind.seats,
        "seatsShowAttendees": kind.seats is None,
        "seatsShowAvailabilityCount": True,
        "customReplyToEmail": None,
        "organizer": organizer(booking, number=True, username=True),
        "attendees": [attendee(p, booking.start, split_name=True) for p in _listed(happening)],
        "customInputs": {},
        "responses": responses_at_once(booking),
        "userFieldsResponses": own_answers(booking),
        "location": booking.where.value,
        "destinationCalendar": None,
    }
    if old is None or seat is not None:
        told["iCalUID"] = seat.ical_uid if seat else booking.ical_uid
    told["iCalSequence"] = booking.ical_sequence if old is None else old.ical_sequence + 1
    told["requiresConfirmation"] = waiting
    told["oneTimePassword"] = new_secret() if waiting else None
    if booking.weeks and old is None:
        told["recurringEvent"] = recurring(booking)
    told["uid"] = booking.uid
    if seat is not None:
        told["attendeeSeatId"] = seat.id
    elif old is not None:
        told["appsStatus"] = []
    told |= details(booking) | {"price": booking.price, "currency": kind.currency}
    told |= {"length": booking.minutes, "bookingId": booking.id}
    if old is not None:
        told |= _move_keys(old, one_seat=seat is not None)
    told["metadata"] = _metadata(happening)
    told["status"] = _claimed_status(happening)
    if old is not None:
        told["rescheduledBy"] = happening.by
    if happening.trigger is Trigger.PAYMENT_INITIATED:
        told["paymentId"] = booking.payment_id
    return told


def _from_store(happening: Happening, booker_url: str) -> Payload:
    booking, kind = happening.booking, happening.booking.event_type
    told: Payload = {
        "type": kind.slug,
        "title": booking.title,
        "bookerUrl": booker_url,
        "userFieldsResponses": own_answers_from_store(booking),
        "responses": responses_from_store(booking),
        "customInputs": {},
        **_times(booking, _FROM_STORE),
        "organizer": organizer(booking, number=False, username=True),
        "attendees": [attendee(p, booking.start, phone=True) for p in _listed(happening)],
        "location": booking.where.value,
        "uid": booking.uid,
        "destinationCalendar": [],
        "requiresConfirmation": True,
        "hideOrganizerEmail": False,
        "eventTypeId": kind.id,
        "customReplyToEmail": None,
    }
    if happening.trigger is Trigger.REJECTED and happening.reason:
        told["rejectionReason"] = happening.reason
    told |= details(booking) | {"price": booking.price, "currency": kind.currency}
    told |= {"length": kind.minutes, "bookingId": booking.id}
    told["status"] = "REJECTED" if happening.trigger is Trigger.REJECTED else "ACCEPTED"
    return told


def _after_payment(happening: Happening, booker_url: str) -> Payload:
    booking, kind = happening.booking, happening.booking.event_type
    told: Payload = {
        "type": kind.slug,
        "title": booking.title,
        "bookerUrl": booker_url,
        **_times(booking, _FROM_STORE),
        "customInputs": {},
        "userFieldsResponses": own_answers_from_store(booking),
        "responses": responses_from_store(booking),
        "organizer": organizer(booking, number=True, username=False),
        "hideOrganizerEmail": False,
        "attendees": [attendee(p, booking.start) for p in _listed(happening)],
        "location": booking.where.value,
        "uid": booking.uid,
        "destinationCalendar": [],
        "recurringEvent": recurring(booking),
        "customReplyToEmail": None,
        **details(booking),
        "requiresConfirmation": True if booking.confirm_first else None,
        "price": booking.price,
        "currency": kind.currency,
        "length": kind.minutes,
        "bookingId": booking.id,
        "eventTypeId": kind.id,
        "status": "ACCEPTED",
    }
    if happening.trigger is Trigger.PAID:
        told["metadata"] = {
            "identifier": "cal.com",
            "bookingId": booking.id,
            "eventTypeId": kind.id,
            "bookerEmail": booking.booker.email,
            "eventTitle": kind.title,
            "externalId": new_secret(),
        }
        told["paymentId"] = booking.payment_id
    return told


def _on_cancel(happening: Happening, booker_url: str) -> Payload:
    booking, kind, seat = happening.booking, happening.booking.event_type, happening.seat
    seated = kind.seats is not None
    told: Payload = {
        "bookerUrl": booker_url,
        "title": booking.title,
        "length": kind.minutes,
        "type": kind.slug,
        "additionalNotes": None if seated else booking.notes,
        "description": None if seated else kind.description or booking.notes,
        "customInputs": {},
        "eventTypeId": kind.id,
        "userFieldsResponses": own_answers_from_store(booking),
        "responses": responses_from_store(booking),
        **_times(booking, _ON_CANCEL),
        "organizer": organizer(booking, number=True, username=True),
        "attendees": [attendee(p, booking.start, phone=True) for p in _listed(happening)],
        "uid": booking.uid,
        "bookingId": booking.id,
    }
    if happening.whole_series and booking.weeks:
        told["recurringEvent"] = recurring(booking)
    told |= {"location": booking.where.value, "destinationCalendar": []}
    if happening.reason:
        told["cancellationReason"] = happening.reason
    told |= {
        "seatsPerTimeSlot": kind.seats,
        "seatsShowAttendees": False,
        "iCalUID": seat.ical_uid if seat else booking.ical_uid,
        "iCalSequence": booking.ical_sequence + 1,
        "hideOrganizerEmail": False,
        "customReplyToEmail": None,
        **details(booking),
        "requiresConfirmation": True if booking.confirm_first else None,
        "price": booking.price or None,
        "currency": kind.currency,
        "status": "CANCELLED",
    }
    if happening.by:
        told["cancelledBy"] = happening.by
    return told


def _on_wish_to_move(happening: Happening) -> Payload:
    booking = happening.booking
    host = organizer(booking, number=False, username=True)
    return {
        "title": booking.title,
        "type": booking.title,
        "customInputs": {},
        "userFieldsResponses": {},
        "responses": responses_from_store(booking),
        **_times(booking, _ON_CANCEL),
        "organizer": {name: host[name] for name in ("email", "name", "username", "language", "timeZone", "utcOffset")},
        "attendees": [attendee(p, booking.start, phone=True) | {"username": ""} for p in _listed(happening)],
        "uid": booking.uid,
        "location": booking.where.value,
        "destinationCalendar": [],
        "cancellationReason": happening.reason,
        "iCalUID": booking.ical_uid,
        "cancelledBy": happening.by,
    }


def _on_absence(happening: Happening) -> Payload:
    missing = [email for email, absent in happening.attendees if absent]
    words = f"{', '.join(missing)} marked as no-show" if missing else f"{', '.join(email for email, _ in happening.attendees)} unmarked as no-show"
    return {
        "message": words,
        "attendees": [{"email": email, "noShow": absent} for email, absent in happening.attendees],
        "bookingUid": happening.booking.uid,
        "bookingId": happening.booking.id,
    }


def _times(booking: Booking, notation: str) -> Payload:
    return {"startTime": _spell(booking.start, notation), "endTime": _spell(booking.end, notation)}


def _spell(moment: datetime, notation: str) -> str:
    return moment.astimezone(UTC).strftime(notation)


def _listed(happening: Happening) -> list[Any]:
    return [happening.seat.person] if happening.seat else happening.booking.people()


def _move_keys(old: Booking, *, one_seat: bool) -> Payload:
    if one_seat:
        return {"rescheduleUid": old.uid}
    return {
        "rescheduleId": old.id,
        "rescheduleUid": old.uid,
        "rescheduleStartTime": _spell(old.start, _AT_ONCE),
        "rescheduleEndTime": _spell(old.end, _AT_ONCE),
    }


def _metadata(happening: Happening) -> Payload:
    place = happening.booking.where
    own = {} if happening.previous else happening.booking.metadata
    return ({"videoCallUrl": place.value} if place.kind == "link" else {}) | own


def _claimed_status(happening: Happening) -> str:
    """What the delivery says; for a booking that waits for money this is not the truth, as observed."""
    return "PENDING" if happening.trigger is Trigger.REQUESTED else "ACCEPTED"


def _was_paid(booking: Booking) -> bool:
    return booking.paid and booking.from_uid is None
