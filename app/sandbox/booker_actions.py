"""What the scripts of a booking page call: free times, book, move, cancel, pay."""

from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.sandbox import reading, showing
from app.sandbox.booker_pages import find_view
from app.sandbox.desk import desk
from app.sandbox.errors import Refused, SlotTaken, UnknownBooking, UnknownEventType, UnknownHost
from app.sandbox.frame_events import cancelled_form, instant, long_form, short_form
from app.sandbox.orders import Cancel, Move, NewBooking
from app.sandbox.state import Booking, Person

actions = Blueprint("actions", __name__)


@actions.app_errorhandler(Refused)
def refused(problem: Refused) -> tuple[Response, int]:
    """The reason as a code for programs and a sentence for people."""
    status = 400
    if isinstance(problem, UnknownBooking | UnknownEventType | UnknownHost):
        status = 404
    elif problem.code != "bad_request":
        status = 409
    return jsonify(error=problem.code, words=problem.words), status


@actions.get("/_/slots/<slug>")
def slots(slug: str) -> Response:
    """All free starts of an event type."""
    found = desk().engine.free_starts(
        slug,
        minutes=reading.number(request.args, "length"),
        leaving=request.args.get("rescheduleUid"),
    )
    return jsonify(slots=[{"start": instant(start), "left": left} for start, left in found])


@actions.post("/_/book/<slug>")
def book(slug: str) -> Response:
    """A new booking, or the move of one."""
    given = reading.json_object()
    kind = desk().engine.catalogue.find(slug)
    if given.get("error"):
        raise SlotTaken
    if given.get("rescheduleUid"):
        return _move(given)
    person = reading.booker(given)
    made = desk().engine.create(
        NewBooking(
            slug=slug,
            start=reading.moment(given.get("start")),
            minutes=reading.number(given, "length"),
            weeks=_weeks(given),
            booker=person,
            guests=() if kind.seats else reading.guests(given, like=person),
            notes=reading.text(given, "notes"),
            metadata=reading.metadata(given),
            answers=reading.answers(given, kind.questions),
            as_pending=reading.flag(given, "pending"),
            as_paid=reading.flag(given, "payment"),
            as_series=reading.flag(given, "recurring"),
            office_hours_only=True,
        )
    )
    seat = next((s.id for s in made[0].seats if s.person.email == person.email), None)
    return _result(made, person, seat)


@actions.post("/_/cancel/<uid>")
def cancel(uid: str) -> Response:
    """The booking after its cancel by the attendee."""
    given = reading.json_object()
    found, person, seat = find_view(uid)
    after = desk().engine.cancel(
        Cancel(
            uid=uid,
            seat_id=seat,
            reason=reading.text(given, "reason"),
            whole_series=reading.flag(given, "wholeSeries"),
        )
    )
    shown = showing.booking(after, person=person, seat_id=seat)
    shown["status"] = "CANCELLED"
    return jsonify(booking=shown, event=cancelled_form(after, person or found.booker))


@actions.post("/_/pay/<uid>")
def pay(uid: str) -> Response:
    """The booking after its simulated payment."""
    after = desk().engine.pay(uid)
    return jsonify(booking=showing.booking(after, person=after.booker, seat_id=None))


def _move(given: dict[str, Any]) -> Response:
    uid = str(given["rescheduleUid"])
    found, person, seat = find_view(uid)
    moved = desk().engine.move(
        Move(
            uid=uid,
            start=reading.moment(given.get("start")),
            minutes=reading.number(given, "length"),
            reason=reading.text(given, "rescheduleReason"),
            seat_id=seat,
            office_hours_only=True,
        )
    )
    return _result([moved], person or found.booker, seat)


def _weeks(given: dict[str, Any]) -> int | None:
    weeks = reading.number(given, "weeks")
    return None if weeks is None else max(2, min(weeks, 8))


def _result(made: list[Booking], person: Person, seat: str | None) -> Response:
    return jsonify(
        booking=showing.booking(made[0], person=person, seat_id=seat),
        dates=[instant(one.start) for one in made],
        short=short_form(made),
        long=long_form(made[0], person),
    )
