"""`/v2/slots/reservations`: a time kept for somebody who fills in the form."""

from datetime import timedelta
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox import slots
from app.sandbox.api import body
from app.sandbox.api.answers import success, success_alone
from app.sandbox.api.body import Property
from app.sandbox.api.keys import caller, is_host
from app.sandbox.api.problems import ApiProblem, spelled
from app.sandbox.api.versions import SLOTS, require
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownEventType
from app.sandbox.holds import Hold
from app.sandbox.uids import new_secret

reservations = Blueprint("api_reservations", __name__, url_prefix="/slots/reservations")

_PROPERTIES = {
    "eventTypeId": Property(body.whole, required=True),
    "slotStart": Property(body.instant, required=True),
    "slotDuration": Property(body.whole),
    "reservationDuration": Property(body.whole),
}
_USUAL_MINUTES = 5


@reservations.post("")
def keep() -> Response:
    """A kept time, for five minutes unless its host says otherwise."""
    require(SLOTS)
    return success(_told(_keep(new_secret())), status=201)


@reservations.get("/<uid>")
def show(uid: str) -> Response:
    """The kept time; null when there is none."""
    require(SLOTS)
    found = desk().engine.holds.get(uid, desk().engine.now())
    return success(_told(found) if found else None)


@reservations.patch("/<uid>")
def change(uid: str) -> Response:
    """The hold with another time; the whole body is needed again."""
    require(SLOTS)
    if desk().engine.holds.get(uid, desk().engine.now()) is None:
        raise ApiProblem(404, f"Reservation with uid={uid} not found")
    return success(_told(_keep(uid)))


@reservations.delete("/<uid>")
def let_go(uid: str) -> Response:
    """The time is free again."""
    require(SLOTS)
    desk().engine.holds.let_go(uid)
    return success_alone()


def _keep(uid: str) -> Hold:
    given, engine = body.read(_PROPERTIES), desk().engine
    try:
        kind = engine.catalogue.event_type(given["eventTypeId"])
    except UnknownEventType:
        raise ApiProblem(404, f"Event Type with ID={given['eventTypeId']} not found") from None
    if given.get("reservationDuration") is not None and not is_host(kind.host):
        status = 401 if caller().host is None else 403
        raise ApiProblem(status, "reservationDuration can only be used for reservations made by the owner of the event type.")
    if given.get("slotDuration") is not None and given["slotDuration"] not in kind.lengths:
        raise ApiProblem(400, "slotDuration can only be one of the lengths of an event type with several.")
    start, minutes = body.moment(given["slotStart"]), given.get("slotDuration") or kind.minutes
    kept = given.get("reservationDuration") or _USUAL_MINUTES
    with engine.lock:
        now = engine.now()
        room, held = slots.seats_left(kind, start, engine.store), engine.holds.in_the_way(kind.host, start, minutes, now, but=uid)
        if held >= (1 if room is None else room):
            raise ApiProblem(422, "Slot is already reserved or full.")
        if not slots.is_free(kind, engine.store, start=start, minutes=minutes):
            raise ApiProblem(422, f"Can't reserve a slot if the event is already booked: {given['slotStart']}")
        hold = Hold(uid=uid, kind=kind, start=start, end=start + timedelta(minutes=minutes), until=now + timedelta(minutes=kept), minutes_kept=kept)
        engine.holds.keep(hold)
        return hold


def _told(hold: Hold) -> dict[str, Any]:
    return {
        "eventTypeId": hold.kind.id,
        "slotStart": spelled(hold.start),
        "slotEnd": spelled(hold.end),
        "slotDuration": int((hold.end - hold.start).total_seconds() // 60),
        "reservationUid": hold.uid,
        "reservationDuration": hold.minutes_kept,
        "reservationUntil": spelled(hold.until),
    }
