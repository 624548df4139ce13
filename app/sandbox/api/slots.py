"""`/v2/slots`: free times, by day in the zone that was asked for."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.sandbox import slots as times
from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.api.query import numbers_in
from app.sandbox.api.versions import SLOTS, require
from app.sandbox.catalogue import EventType
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownEventType

slots = Blueprint("api_slots", __name__)

_BARE_DATE = len("2030-01-31")


@slots.get("/slots")
def free() -> Response:
    """Free times between two moments; a bare date means the whole day, and no day is listed without a time."""
    require(SLOTS)
    kind = _event_type()
    zone_name = request.args.get("timeZone") or "UTC"
    if body.zone(zone_name):
        raise BadBody({"timeZone": f"timeZone {body.zone(zone_name)}"})
    zone = ZoneInfo(zone_name)
    start, end = _moment("start"), _moment("end", end=True)
    if end < start:
        raise ApiProblem(400, "Invalid time range given - check the 'start' and 'end' query parameters.")
    engine, durations = desk().engine, numbers_in("duration")
    minutes = durations[0] if durations and kind.lengths else None
    days: dict[str, list[dict[str, Any]]] = {}
    with engine.lock:
        found = engine.free(kind, minutes=minutes, leaving=request.args.get("bookingUidToReschedule"), after=start, before=end)
        for one in found:
            local = one.astimezone(zone)
            days.setdefault(local.date().isoformat(), []).append(_slot(kind, one, zone, minutes or kind.minutes))
    return success(days)


def _event_type() -> EventType:
    catalogue = desk().engine.catalogue
    number = numbers_in("eventTypeId")
    username, slug = request.args.get("username"), request.args.get("eventTypeSlug")
    if number:
        try:
            return catalogue.event_type(number[0])
        except UnknownEventType:
            raise ApiProblem(404, f"Event Type with ID={number[0]} not found.") from None
    if not (username and slug):
        raise ApiProblem(400, "Either eventTypeId, eventTypeSlug with username, or usernames have to be provided.")
    try:
        return catalogue.find(slug, username=username)
    except UnknownEventType:
        raise ApiProblem(404, f"Event Type with slug={slug} not found.") from None


def _moment(name: str, *, end: bool = False) -> datetime:
    given = request.args.get(name, "").replace(" ", "+")
    found = body.parsed(given)
    if found is None:
        raise BadBody({name: f"{name} must be a valid ISO 8601 date string"})
    if end and len(given) == _BARE_DATE:
        return datetime.combine(found.date(), time(0), found.tzinfo) + timedelta(days=1)
    return found


def _slot(kind: EventType, start: datetime, zone: ZoneInfo, minutes: int) -> dict[str, Any]:
    told: dict[str, Any] = {"start": _local(start, zone)}
    if request.args.get("format") == "range":
        told["end"] = _local(start + timedelta(minutes=minutes), zone)
    if kind.seats:
        running = times.class_at(kind, start, desk().engine.store)
        told["attendeesCount"] = len(running.seats) if running else 0
        if running:
            told["bookingUid"] = running.uid
    return told


def _local(moment: datetime, zone: ZoneInfo) -> str:
    spelled = moment.astimezone(zone).isoformat(timespec="milliseconds")
    return spelled.replace("+00:00", "Z") if zone.key == "UTC" else spelled
