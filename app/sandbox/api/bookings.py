"""Reading bookings: lists with their filters, one by its uid, all dates of a series, the class of a seat."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.sandbox import loading
from app.sandbox.api import booking_shape, old_shapes
from app.sandbox.api.answers import success
from app.sandbox.api.keys import is_host, require_host
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.api.query import moment_in, numbers_in, words_in
from app.sandbox.api.versions import BOOKINGS, is_new, require
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownBooking
from app.sandbox.listing import STATUSES, Wanted, pagination
from app.sandbox.state import Booking

bookings = Blueprint("api_bookings", __name__)

_SPANS = (
    ("start", "afterStart", None),
    ("end", None, "beforeEnd"),
    ("created", "afterCreatedAt", "beforeCreatedAt"),
    ("updated", "afterUpdatedAt", "beforeUpdatedAt"),
)
_SORTS = (("start", "sortStart"), ("end", "sortEnd"), ("created", "sortCreated"), ("updated", "sortUpdatedAt"))
_TAKE, _MOST = 100, 250
_FAR = 1 << 40


@bookings.get("/bookings")
def list_bookings() -> Response:
    """A page of what the key sees, guests' bookings included."""
    host, engine, now = require_host(), desk().engine, desk().engine.now()
    if not is_new(BOOKINGS):
        with engine.lock:
            rows, _ = desk().lists.page(engine.store, engine.store.shelf(host), Wanted(), skip=0, take=_TAKE, now=now)
            return success({"bookings": [old_shapes.booking(one) for one in rows], "recurringInfo": [], "nextCursor": None})
    wanted = _wanted()
    take, skip = _number("take", _TAKE, 1, _MOST), _number("skip", 0, 0, _FAR)
    with engine.lock:
        rows, total = desk().lists.page(engine.store, engine.store.shelf(host), wanted, skip=skip, take=take, now=now)
        told = [booking_shape.booking(one) for one in rows]
    if desk().dials.api.api_churn:
        loading.change(engine, desk().dials.api.api_churn)
    paged = "take" in request.args or "skip" in request.args
    return success(told, pagination=pagination(total=total, returned=len(told), skip=skip, take=take, paged=paged))


@bookings.get("/bookings/<uid>")
def show(uid: str) -> Response:
    """One booking; the uid of a series answers all its dates."""
    engine = desk().engine
    with engine.lock:
        series = engine.store.series(uid)
        if series and is_new(BOOKINGS):
            return success([booking_shape.booking(one) for one in series])
        found = engine.store.get(uid)
        if not is_new(BOOKINGS):
            return success(old_shapes.booking(found))
        return success(_for_reader(found))


@bookings.get("/bookings/by-seat/<seat_uid>")
def by_seat(seat_uid: str) -> Response:
    """The class in which a seat is."""
    require(BOOKINGS)
    engine = desk().engine
    with engine.lock:
        return success(_for_reader(engine.store.with_seat(seat_uid), own_seat=seat_uid))


@bookings.get("/bookings/<uid>/attendees")
def attendees(uid: str) -> Response:
    """Who takes part, with numbers that stand nowhere else."""
    require(BOOKINGS)
    found = _own(uid)
    return success([booking_shape.attendee(found, person) | {"id": found.id * 100 + place} for place, person in enumerate(found.people(), 1)])


@bookings.get("/bookings/<uid>/references")
def references(uid: str) -> Response:
    """The entry in the host's own calendar: every accepted booking has one."""
    require(BOOKINGS)
    found = _own(uid)
    entry = {"id": found.id, "type": "google_calendar", "eventUid": found.ical_uid, "destinationCalendarId": found.host.email}
    return success([entry] if found.status.value == "ACCEPTED" else [])


@bookings.get("/bookings/<uid>/calendar-links")
def calendar_links(uid: str) -> Response:
    """Links that add the meeting to a calendar."""
    require(BOOKINGS)
    found = _own(uid)
    span = f"{found.start:%Y%m%dT%H%M%SZ}/{found.end:%Y%m%dT%H%M%SZ}"
    return success([{"label": "Google Calendar", "link": f"https://calendar.google.com/calendar/render?action=TEMPLATE&dates={span}"}])


def _own(uid: str) -> Booking:
    found = desk().engine.booking(uid)
    if not is_host(found.host):
        require_host()
        raise UnknownBooking
    return found


def _for_reader(found: Booking, *, own_seat: str = "") -> dict[str, Any]:
    """A class shows its people to its host only; whoever holds a seat's address sees that seat."""
    told = booking_shape.booking(found)
    if found.event_type.seats and not is_host(found.host):
        told["attendees"] = [one for one in told["attendees"] if one["seatUid"] == own_seat]
    return told


def _wanted() -> Wanted:
    order, descending = "start", False
    for name, parameter in _SORTS:
        given = request.args.get(parameter)
        if given:
            if given not in ("asc", "desc"):
                raise BadBody({parameter: f"{parameter} must be one of the following values: asc, desc"})
            order, descending = name, given == "desc"
            break
    statuses = words_in("status")
    for one in statuses:
        if one not in STATUSES:
            raise BadBody({"status": f"Invalid status {one}. Allowed are {', '.join(STATUSES)}"})
    spans = tuple((name, moment_in(after), moment_in(before)) for name, after, before in _SPANS)
    return Wanted(
        statuses=statuses,
        email=(request.args.get("attendeeEmail") or "").strip() or None,
        name=(request.args.get("attendeeName") or "").strip() or None,
        uid=(request.args.get("bookingUid") or "").strip() or None,
        types=_types(),
        spans=tuple(one for one in spans if one[1] or one[2]),
        order=order,
        descending=descending,
    )


def _types() -> frozenset[int] | None:
    found = numbers_in("eventTypeIds") + numbers_in("eventTypeId")
    if found:
        return frozenset(found)
    return frozenset() if numbers_in("teamId") or numbers_in("teamsIds") else None


def _number(name: str, usual: int, least: int, most: int) -> int:
    found = numbers_in(name)
    value = found[0] if found else usual
    if not least <= value <= most:
        raise ApiProblem(400, f"{name} must not be less than {least} and not be greater than {most}")
    return value
