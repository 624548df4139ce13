"""The control page's JSON twin, for tests, benchmarks and scripts."""

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.sandbox import reading
from app.sandbox.desk import desk
from app.sandbox.errors import BadRequest, SlotTaken
from app.sandbox.frame_events import instant
from app.sandbox.orders import Cancel, Move, NewBooking
from app.sandbox.state import Booking

control_api = Blueprint("control_api", __name__, url_prefix="/control/api")


@control_api.get("/bookings")
def list_bookings() -> Response:
    """All bookings, the youngest first; `skip` and `take` ask for a part of them."""
    skip, take = reading.number(request.args, "skip") or 0, reading.number(request.args, "take")
    return jsonify(bookings=[as_json(one) for one in desk().engine.bookings(skip=skip, most=take)])


@control_api.post("/bookings")
def create() -> tuple[Response, int]:
    """A new booking; without `start` at the next free time."""
    given = reading.json_object()
    slug = reading.text(given, "type") or "intro"
    username, minutes = reading.text(given, "username"), reading.number(given, "length")
    person = reading.booker({"name": "Alex Example", "email": "alex@example.org", **given})
    made = desk().engine.create(
        NewBooking(
            slug=slug,
            username=username,
            start=reading.moment(given["start"]) if given.get("start") else _next_free(slug, minutes, username=username),
            minutes=minutes,
            weeks=reading.number(given, "weeks"),
            booker=person,
            guests=reading.guests(given, like=person),
            notes=reading.text(given, "notes"),
            metadata=reading.metadata(given),
            answers=reading.mapping(given, "answers"),
            as_pending=reading.flag(given, "pending"),
            as_paid=reading.flag(given, "payment"),
            as_series=reading.flag(given, "recurring"),
        )
    )
    return jsonify(booking=as_json(made[0]), bookings=[as_json(one) for one in made]), 201


@control_api.get("/bookings/<uid>")
def show(uid: str) -> Response:
    """One booking."""
    return jsonify(booking=as_json(desk().engine.booking(uid)))


@control_api.post("/bookings/<uid>/<action>")
def act(uid: str, action: str) -> Response:
    """`move`, `cancel`, `confirm`, `reject` or `pay` a booking."""
    given, engine = reading.json_object(), desk().engine
    by_host, reason = given.get("by") != "attendee", reading.text(given, "reason")
    seat_id = reading.text(given, "seat") or None
    if action == "confirm":
        after = engine.confirm(uid)
    elif action == "reject":
        after = engine.reject(uid, reason=reason)
    elif action == "pay":
        after = engine.pay(uid)
    elif action == "cancel":
        whole = reading.flag(given, "wholeSeries")
        after = engine.cancel(Cancel(uid=uid, by_host=by_host, reason=reason, seat_id=seat_id, whole_series=whole))
    elif action == "move":
        old = engine.booking(uid)
        minutes = reading.number(given, "length") or old.minutes
        start = given.get("start")
        after = engine.move(
            Move(
                uid=uid,
                start=reading.moment(start) if start else _next_free(old.event_type.slug, minutes, uid, username=old.host.username),
                minutes=minutes,
                by_host=by_host,
                reason=reason,
                seat_id=seat_id,
            )
        )
    else:
        raise BadRequest(f"A booking knows no {action}: use move, cancel, confirm, reject or pay.")
    return jsonify(booking=as_json(after))


@control_api.get("/deliveries")
def deliveries() -> Response:
    """The last deliveries, the youngest first; `?wait=SECONDS` waits until nothing is on its way."""
    courier = desk().courier
    if request.args.get("wait"):
        courier.wait_until_idle(seconds=min(reading.number(request.args, "wait") or 0, 60))
    rows = [
        {
            "number": one.number,
            "trigger": one.trigger,
            "uid": one.uid,
            "at": one.at.isoformat(),
            "result": one.result,
            "good": one.good,
            "milliseconds": one.milliseconds,
            "body": json.loads(one.body),
        }
        for one in courier.log()
    ]
    return jsonify(waiting=courier.waiting(), held=courier.held(), deliveries=rows)


@control_api.get("/dials")
def dials() -> Response:
    """All dials as they are set."""
    return jsonify(dials=desk().dials.flat())


@control_api.put("/dials")
def turn_dials() -> Response:
    """The dials after some of them were set; those not named keep their value."""
    return jsonify(dials=desk().turn(reading.json_object()).flat())


@control_api.post("/reset")
def reset() -> Response:
    """An empty simulation without faults."""
    desk().reset()
    return jsonify(reset=True)


def as_json(one: Booking) -> dict[str, Any]:
    """Everything the simulation knows about a booking."""
    return {
        "uid": one.uid,
        "id": one.id,
        "type": one.event_type.slug,
        "title": one.title,
        "start": instant(one.start),
        "end": instant(one.end),
        "length": one.minutes,
        "status": one.status.value,
        "moved": one.moved,
        "rescheduledFrom": one.from_uid,
        "rescheduledTo": one.to_uid,
        "paymentDue": one.payment_due,
        "paid": one.paid,
        "iCalUID": one.ical_uid,
        "metadata": one.metadata,
        "notes": one.notes,
        "name": one.booker.name,
        "email": one.booker.email,
        "guests": [guest.email for guest in one.guests],
        "host": one.host.username,
        "seats": [{"id": s.id, "name": s.person.name, "email": s.person.email} for s in one.seats],
        "weeks": one.weeks,
    }


def _next_free(slug: str, minutes: int | None, leaving: str | None = None, *, username: str = "") -> datetime:
    free = desk().engine.free_starts(slug, minutes=minutes, leaving=leaving, username=username)
    if not free:
        raise SlotTaken
    return free[0][0]
