"""What can be done with a booking: cancel, move, answer, note absence, ask for a new date, add guests, change the place.

Cancelling and moving need no key: whoever has the uid may do it, and the address in `rescheduledBy` is believed.
"""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body, booking_shape
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.keys import caller, is_host, require_host
from app.sandbox.api.places import chosen_place
from app.sandbox.api.problems import ApiProblem, BadBody, throttled
from app.sandbox.api.versions import BOOKINGS, REQUEST_RESCHEDULE, require
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownBooking
from app.sandbox.orders import Cancel, Move
from app.sandbox.state import Booking, Person, Status

booking_acts = Blueprint("api_booking_acts", __name__)

_CANCEL = {"cancellationReason": Property(body.text), "cancelSubsequentBookings": Property(body.switch), "seatUid": Property(body.text)}
_MOVE = {
    "start": Property(body.instant, required=True),
    "rescheduledBy": Property(body.email),
    "reschedulingReason": Property(body.text),
    "seatUid": Property(body.text),
}
_ABSENT = {"host": Property(body.switch), "attendees": Property(body.listed)}
_ONE_ABSENT = {"email": Property(body.email, required=True), "absent": Property(body.switch, required=True)}
_GUEST = {"email": Property(body.email, required=True), "name": Property(body.text), "timeZone": Property(body.zone), "language": Property(body.text)}
_MOST_GUESTS = 10
_GUEST_REQUESTS = 5


@booking_acts.post("/bookings/<uid>/cancel")
def cancel(uid: str) -> Response:
    """The booking after its cancel; the uid of a series cancels all its dates, a seat's only that seat."""
    require(BOOKINGS)
    given = body.read(_CANCEL)
    engine, reason = desk().engine, given.get("cancellationReason", "")
    with engine.lock:
        series = engine.store.series(uid)
        if series:
            first = next((one for one in series if one.holds_time), series[0])
            engine.cancel(Cancel(uid=first.uid, by_host=is_host(first.host), reason=reason, whole_series=True))
            return success([booking_shape.booking(one) for one in series])
        found = engine.store.get(uid)
        by_host = is_host(found.host)
        if found.event_type.seats and not (by_host and "seatUid" not in given):
            return _cancel_seat(found, given.get("seatUid"), reason, by_host=by_host)
        if not found.holds_time:
            raise ApiProblem(400, f"Can't cancel booking with uid={uid} because it has been {_ending(found)} already.")
        following = bool(given.get("cancelSubsequentBookings"))
        return success(booking_shape.booking(engine.cancel(Cancel(uid=uid, by_host=by_host, reason=reason, following=following))))


def _cancel_seat(found: Booking, seat_id: str | None, reason: str, *, by_host: bool) -> Response:
    if seat_id is None:
        raise BadBody({"seatUid": "seatUid should not be null or undefined"})
    if found.seat(seat_id) is None:
        raise ApiProblem(400, "Invalid seatUid: it does not belong to this booking or was cancelled already.")
    after = desk().engine.cancel(Cancel(uid=found.uid, seat_id=seat_id, reason=reason, by_host=by_host))
    told = booking_shape.booking(after)
    if not by_host:
        told["attendees"] = []
    return success(told)


@booking_acts.post("/bookings/<uid>/reschedule")
def reschedule(uid: str) -> Response:
    """The booking at its new time, under a new uid."""
    require(BOOKINGS)
    given = body.read(_MOVE)
    engine = desk().engine
    with engine.lock:
        found = _by_uid_or_seat(uid)
        seat_id = given.get("seatUid") or (uid if found.uid != uid else None)
        by_host = is_host(found.host) or given.get("rescheduledBy") == found.host.email
        if not found.holds_time and not found.asked_to_move:
            successor = f" You can reschedule it by its new uid={found.to_uid}." if found.to_uid else ""
            raise ApiProblem(400, f"Can't reschedule booking with uid={uid} because it has been {_ending(found)}.{successor}")
        seated = found.event_type.seats is not None
        if seated and seat_id is None and not by_host:
            raise BadBody({"seatUid": "seatUid should not be null or undefined"})
        if seated and seat_id is not None and found.seat(seat_id) is None:
            raise ApiProblem(400, "Invalid seatUid: it does not belong to this booking or was cancelled already.")
        moved = engine.move(
            Move(
                uid=found.uid,
                start=body.moment(given["start"]),
                by_host=by_host,
                by=given.get("rescheduledBy", ""),
                reason=given.get("reschedulingReason", ""),
                seat_id=seat_id,
                office_hours_only=True,
            )
        )
        seat = moved.seat(seat_id or "") or (moved.seats[0] if moved.seats else None)
        return success(booking_shape.booking(moved, seat=seat), status=201)


@booking_acts.post("/bookings/<uid>/confirm")
def confirm(uid: str) -> Response:
    """The confirmed booking."""
    _own(uid)
    return success(booking_shape.booking(desk().engine.confirm(uid)))


@booking_acts.post("/bookings/<uid>/decline")
def decline(uid: str) -> Response:
    """The rejected request."""
    _own(uid)
    reason = body.read({"reason": Property(body.text)}).get("reason", "")
    return success(booking_shape.booking(desk().engine.reject(uid, reason=reason)))


@booking_acts.post("/bookings/<uid>/mark-absent")
def mark_absent(uid: str) -> Response:
    """The booking with a note of who did not come; possible once it has begun."""
    found = _own(uid)
    given = body.read(_ABSENT)
    listed = [body.checked(_object(one, "attendees"), _ONE_ABSENT, path="attendees.") for one in given.get("attendees", [])]
    known = {person.email for person in found.people()}
    for one in listed:
        if one["email"] not in known:
            raise ApiProblem(400, f"Attendee with email {one['email']} is not in this booking.")
    attendees = {one["email"]: one["absent"] for one in listed}
    return success(booking_shape.booking(desk().engine.mark_absent(uid, host=given.get("host"), attendees=attendees)))


@booking_acts.post("/bookings/<uid>/request-reschedule")
def request_reschedule(uid: str) -> Response:
    """The booking cancelled by its host with the wish for another date."""
    require(REQUEST_RESCHEDULE)
    _own(uid)
    reason = body.read({"rescheduleReason": Property(body.text)}).get("rescheduleReason", "")
    return success(booking_shape.booking(desk().engine.ask_to_move(uid, reason=reason)))


@booking_acts.post("/bookings/<uid>/guests")
def add_guests(uid: str) -> Response:
    """The booking with further guests; no webhook tells of them. Five requests a minute are allowed."""
    found = _own(uid)
    pace = desk().limiter.take(f"{caller().name} guests", limit=_GUEST_REQUESTS, scale=desk().dials.api.clock_scale)
    if pace.refused:
        return throttled()
    listed = body.read({"guests": Property(body.listed, required=True)})["guests"]
    if not 0 < len(listed) <= _MOST_GUESTS:
        raise BadBody({"guests": f"guests must contain 1 to {_MOST_GUESTS} elements"})
    people = [_guest(body.checked(_object(one, "guests"), _GUEST, path="guests."), found.booker) for one in listed]
    return success(booking_shape.booking(desk().engine.add_guests(uid, people)))


@booking_acts.patch("/bookings/<uid>/location")
def change_place(uid: str) -> Response:
    """The booking at another place; no webhook tells of it."""
    _own(uid)
    place = chosen_place(body.read({"location": Property(body.mapping, required=True)})["location"], by_host=True)
    return success(booking_shape.booking(desk().engine.change_place(uid, place)))


def _own(uid: str) -> Booking:
    require(BOOKINGS)
    require_host()
    found = desk().engine.booking(uid)
    if found.host is not caller().host:
        raise ApiProblem(403, "User is not authorized to change this booking.")
    return found


def _by_uid_or_seat(uid: str) -> Booking:
    store = desk().engine.store
    try:
        return store.get(uid)
    except UnknownBooking:
        return store.with_seat(uid)


def _ending(found: Booking) -> str:
    return "rejected" if found.status is Status.REJECTED else "cancelled"


def _object(one: Any, name: str) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise BadBody({name: f"each value in {name} must be an object"})
    return one


def _guest(given: dict[str, Any], like: Person) -> Person:
    return Person(name=given.get("name", ""), email=given["email"], time_zone=given.get("timeZone", like.time_zone), locale=given.get("language", like.locale))
