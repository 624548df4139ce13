"""`/v2/event-types`, writing: create, change, delete. Price and currency can only be read."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.event_type_body import KEPT, PROPERTIES, changes_in
from app.sandbox.api.event_type_shape import event_type
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem
from app.sandbox.api.versions import EVENT_TYPES, require
from app.sandbox.catalogue import EventType, Host, Place, PlaceKind
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownEventType

event_type_changes = Blueprint("api_event_type_changes", __name__)


@event_type_changes.post("/event-types")
def create() -> Response:
    """A further event type of the caller's."""
    require(EVENT_TYPES)
    host, given = require_host(), body.read(PROPERTIES)
    changes, kept = changes_in(given), body.read(KEPT)
    _check(host, changes, minutes=given["lengthInMinutes"])
    usual = Place(kind=PlaceKind.LINK, value=f"https://meet.example.com/{host.username}")
    made = EventType(id=0, host=host, **{"description": "", "place": usual, **changes}, more=kept)
    with desk().engine.lock:
        desk().engine.catalogue.add_type(made)
    return success(event_type(made, web=desk().own_url), status=201)


@event_type_changes.patch("/event-types/<int:number>")
def change(number: int) -> Response:
    """The event type after the change."""
    kind = _owned(number)
    given = body.read(PROPERTIES, partly=True)
    changes, kept = changes_in(given), body.read(KEPT, partly=True)
    minutes = changes.get("minutes", kind.minutes)
    _check(kind.host, {"lengths": kind.lengths, **changes}, minutes=minutes, own_id=number)
    with desk().engine.lock:
        write(kind, changes, kept)
    return success(event_type(kind, web=desk().own_url))


@event_type_changes.delete("/event-types/<int:number>")
def remove(number: int) -> Response:
    """The event type that is no more; its bookings stay."""
    kind = _owned(number)
    with desk().engine.lock:
        desk().engine.catalogue.remove_type(number)
    return success({"id": kind.id, "lengthInMinutes": kind.minutes, "title": kind.title, "slug": kind.slug})


def write(kind: EventType, changes: dict[str, Any], kept: dict[str, Any]) -> None:
    """Changes an event type; what is not named stays."""
    details = kind.details | changes.pop("details", {})
    for name, value in changes.items():
        setattr(kind, name, value)
    kind.details, kind.more = details, kind.more | kept


def _owned(number: int) -> EventType:
    require(EVENT_TYPES)
    host = require_host()
    try:
        kind = desk().engine.catalogue.event_type(number)
    except UnknownEventType:
        raise ApiProblem(404, f"Event type with id {number} not found") from None
    if kind.host is not host:
        raise ApiProblem(403, f"User with ID={host.id} does not own event type with ID={number}")
    return kind


def _check(host: Host, changes: dict[str, Any], *, minutes: int, own_id: int | None = None) -> None:
    catalogue = desk().engine.catalogue
    if "slug" in changes:
        catalogue.check_slug(host, changes["slug"], own_id=own_id)
    if changes.get("lengths") and minutes not in changes["lengths"]:
        raise ApiProblem(400, "lengthInMinutesOptions must include the lengthInMinutes")
    if changes.get("schedule_id") is not None:
        found = catalogue.schedule(changes["schedule_id"])
        if found is None or found.owner_id != host.id:
            raise ApiProblem(404, f"User with ID={host.id} does not own schedule with ID={changes['schedule_id']}")
