"""The part of the control API that changes hosts and event types, as their owner does on pages that are not simulated."""

from typing import Any

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.sandbox import reading
from app.sandbox.catalogue import EventType, Host
from app.sandbox.desk import desk
from app.sandbox.errors import BadRequest, UnknownHost

control_catalogue = Blueprint("control_catalogue", __name__, url_prefix="/control/api")

_TEXTS = ("slug", "title", "description", "currency")
_NUMBERS = {"price": "price", "length": "minutes", "seats": "seats", "weeks": "weeks", "notice": "notice_minutes"}


@control_catalogue.get("/hosts")
def hosts() -> Response:
    """All hosts with their event types, the hidden ones too."""
    catalogue = desk().engine.catalogue
    return jsonify(hosts=[_host(one) | {"eventTypes": [_kind(kind) for kind in catalogue.event_types(one, hidden=True)]} for one in catalogue.hosts])


@control_catalogue.patch("/hosts/<username>")
def change_host(username: str) -> Response:
    """The host with another `username` or `name`; old addresses lead nowhere."""
    given, engine = reading.json_object(), desk().engine
    with engine.lock:
        host = engine.catalogue.host(username)
        wanted = reading.text(given, "username")
        if wanted and wanted != username and _known(wanted):
            raise BadRequest(f"There is a host named {wanted} already.")
        host.username, host.name = wanted or username, reading.text(given, "name") or host.name
    return jsonify(host=_host(host))


@control_catalogue.patch("/event-types/<int:number>")
def change_type(number: int) -> Response:
    """An event type with another `slug`, `title`, `price`, `length`, … or `hidden`."""
    given, engine = reading.json_object(), desk().engine
    with engine.lock:
        kind = engine.catalogue.event_type(number)
        if given.get("slug"):
            engine.catalogue.check_slug(kind.host, reading.text(given, "slug"), own_id=number)
        changes: dict[str, Any] = {name: reading.text(given, name) for name in _TEXTS if given.get(name)}
        changes |= {own: reading.number(given, name) for name, own in _NUMBERS.items() if name in given}
        if "hidden" in given:
            changes["hidden"] = reading.flag(given, "hidden")
        if "metadata" in given:
            changes["metadata"] = dict(given["metadata"])
        for name, value in changes.items():
            setattr(kind, name, value)
    return jsonify(eventType=_kind(kind))


@control_catalogue.delete("/event-types/<int:number>")
def remove_type(number: int) -> Response:
    """The event type that is no more."""
    with desk().engine.lock:
        return jsonify(eventType=_kind(desk().engine.catalogue.remove_type(number)))


@control_catalogue.post("/organisations")
def found() -> tuple[Response, int]:
    """An organisation with a `name` and a `slug`, led by the host `username`, else by the first: no API of Cal.com can make one."""
    given, engine = reading.json_object(), desk().engine
    username = reading.text(given, "username")
    with engine.lock:
        leader = engine.catalogue.host(username) if username else engine.catalogue.first_host()
        if desk().teams.organisation_of(leader):
            raise BadRequest(f"{leader.username} is in an organisation already.")
        name = reading.text(given, "name") or "Acme"
        made = desk().teams.found({"name": name, "slug": reading.text(given, "slug") or name.lower().replace(" ", "-")}, leader)
    return jsonify(organisation={"id": made.id, **made.fields}), 201


def _known(username: str) -> bool:
    try:
        desk().engine.catalogue.host(username)
    except UnknownHost:
        return False
    return True


def _host(one: Host) -> dict[str, Any]:
    return {"id": one.id, "username": one.username, "name": one.name, "email": one.email, "timeZone": one.time_zone}


def _kind(one: EventType) -> dict[str, Any]:
    return {
        "id": one.id,
        "slug": one.slug,
        "title": one.title,
        "length": one.minutes,
        "price": one.price,
        "currency": one.currency,
        "hidden": one.hidden,
        "seats": one.seats,
        "gone": one.gone,
    }
