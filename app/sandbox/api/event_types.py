"""`/v2/event-types`, reading: one's own, or those of a host that everybody may see."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.sandbox.api import old_shapes
from app.sandbox.api.answers import success
from app.sandbox.api.event_type_shape import event_type
from app.sandbox.api.keys import is_host, require_host
from app.sandbox.api.problems import ApiProblem
from app.sandbox.api.versions import EVENT_TYPES, is_new
from app.sandbox.catalogue import EventType
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownEventType, UnknownHost

event_types = Blueprint("api_event_types", __name__)


@event_types.get("/event-types")
def list_event_types() -> Response:
    """Own types with the hidden ones; with `username` what everybody sees, with `eventSlug` at most one of them."""
    if not is_new(EVENT_TYPES):
        host = require_host()
        return success(old_shapes.event_types(host, desk().engine.catalogue.event_types(host, hidden=True)))
    username, slug = request.args.get("username"), request.args.get("eventSlug")
    found = _of(username) if username else _own()
    return success([event_type(kind, web=desk().own_url) for kind in found if not slug or kind.slug == slug])


@event_types.get("/event-types/<int:number>")
def show(number: int) -> Response:
    """One type of one's own."""
    kind = own_type(number)
    return success({"eventType": old_shapes.event_type(kind)} if not is_new(EVENT_TYPES) else event_type(kind, web=desk().own_url))


def own_type(number: int) -> EventType:
    """An event type of the caller's; others' do not exist for them."""
    host = require_host()
    try:
        kind = desk().engine.catalogue.event_type(number)
    except UnknownEventType:
        kind = None
    if kind is None or kind.host is not host:
        raise ApiProblem(404, f"Event type with id {number} not found")
    return kind


def _own() -> list[EventType]:
    return desk().engine.catalogue.event_types(require_host(), hidden=True)


def _of(username: str) -> list[EventType]:
    catalogue = desk().engine.catalogue
    try:
        host = catalogue.host(username)
    except UnknownHost:
        return []
    return catalogue.event_types(host, hidden=is_host(host))
