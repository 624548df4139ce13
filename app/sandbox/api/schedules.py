"""`/v2/schedules`: the working hours of a host."""

import re
from datetime import date, time
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body, old_shapes
from app.sandbox.api.answers import success, success_alone
from app.sandbox.api.body import Property
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.api.versions import SCHEDULES, is_new
from app.sandbox.catalogue import Host
from app.sandbox.desk import desk
from app.sandbox.schedules import WEEKDAYS, WEEKDAYS_NINE_TO_FIVE, Hours, OtherDay, Schedule

schedules = Blueprint("api_schedules", __name__, url_prefix="/schedules")

_PROPERTIES = {
    "name": Property(body.filled, required=True),
    "timeZone": Property(body.zone, required=True),
    "isDefault": Property(body.switch, required=True),
    "availability": Property(body.listed),
    "overrides": Property(body.listed),
}
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@schedules.get("")
def list_schedules() -> Response:
    """All of the host's hours; there are no pages."""
    host = require_host()
    return success([_told(one, host) for one in desk().engine.catalogue.schedules(host)])


@schedules.get("/default")
def show_default() -> Response:
    """The hours that count where an event type names none."""
    host = require_host()
    return success(_told(_own(host.default_schedule_id), host))


@schedules.get("/<int:number>")
def show(number: int) -> Response:
    """One of the host's hours."""
    return success(_told(_own(number), require_host()))


@schedules.post("")
def create() -> Response:
    """Further hours; the name need not be the only one of its kind."""
    host, given, engine = require_host(), body.read(_PROPERTIES), desk().engine
    made = Schedule(
        id=0,
        owner_id=host.id,
        name=given["name"],
        time_zone=given["timeZone"],
        hours=_hours(given["availability"]) if "availability" in given else WEEKDAYS_NINE_TO_FIVE,
        overrides=_other_days(given.get("overrides", [])),
    )
    with engine.lock:
        engine.catalogue.add_schedule(made)
        if given["isDefault"]:
            host.default_schedule_id = made.id
    return success(_told(made, host), status=201)


@schedules.patch("/<int:number>")
def change(number: int) -> Response:
    """The changed hours; a list that is given takes the place of the stored one."""
    host, found, given = require_host(), _own(number), body.read(_PROPERTIES, partly=True)
    hours = _hours(given["availability"]) if "availability" in given else found.hours
    other_days = _other_days(given["overrides"]) if "overrides" in given else found.overrides
    with desk().engine.lock:
        found.name, found.time_zone = given.get("name", found.name), given.get("timeZone", found.time_zone)
        found.hours, found.overrides = hours, other_days
        if given.get("isDefault"):
            host.default_schedule_id = number
    return success(_told(found, host))


@schedules.delete("/<int:number>")
def remove(number: int) -> Response:
    """The hours are gone; the host's default stays."""
    host = require_host()
    _own(number)
    if number == host.default_schedule_id:
        raise ApiProblem(400, "Cannot delete the default schedule.")
    with desk().engine.lock:
        desk().engine.catalogue.remove_schedule(number)
    return success_alone()


def _own(number: int) -> Schedule:
    host = require_host()
    found = desk().engine.catalogue.schedule(number)
    if found is None or found.owner_id != host.id:
        raise ApiProblem(404, f"Schedule with id={number} not found.")
    return found


def _told(one: Schedule, host: Host) -> dict[str, Any]:
    if not is_new(SCHEDULES):
        return old_shapes.schedule(one, host)
    return {
        "id": one.id,
        "ownerId": one.owner_id,
        "name": one.name,
        "timeZone": one.time_zone,
        "availability": [{"days": list(each.days), "startTime": f"{each.opens:%H:%M}", "endTime": f"{each.closes:%H:%M}"} for each in one.hours],
        "isDefault": one.id == host.default_schedule_id,
        "overrides": [{"date": each.day.isoformat(), "startTime": f"{each.opens:%H:%M}", "endTime": f"{each.closes:%H:%M}"} for each in one.overrides],
    }


def _hours(given: list[Any]) -> tuple[Hours, ...]:
    return tuple(Hours(days=_days(one), opens=_clock(one, "startTime", "availability"), closes=_clock(one, "endTime", "availability")) for one in given)


def _other_days(given: list[Any]) -> tuple[OtherDay, ...]:
    return tuple(OtherDay(day=_date(one), opens=_clock(one, "startTime", "overrides"), closes=_clock(one, "endTime", "overrides")) for one in given)


def _days(one: Any) -> tuple[str, ...]:
    days = one.get("days") if isinstance(one, dict) else None
    if not isinstance(days, list) or not days or not set(days) <= set(WEEKDAYS):
        raise BadBody({"availability.days": "each value in days must be one of the following values: " + ", ".join(WEEKDAYS)})
    return tuple(days)


def _clock(one: Any, name: str, where: str) -> time:
    given = one.get(name) if isinstance(one, dict) else None
    if not isinstance(given, str) or not _CLOCK.fullmatch(given):
        raise BadBody({f"{where}.{name}": f"{name} must be a valid time in format HH:MM"})
    return time.fromisoformat(given)


def _date(one: Any) -> date:
    try:
        return date.fromisoformat(one["date"])
    except (TypeError, KeyError, ValueError):
        raise BadBody({"overrides.date": "date must be a valid date in format YYYY-MM-DD"}) from None
