"""`/v2/me`: the account that a key belongs to."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem
from app.sandbox.catalogue import Host
from app.sandbox.desk import desk
from app.sandbox.schedules import WEEKDAYS

me = Blueprint("api_me", __name__)

_PROPERTIES = {
    "email": body.Property(body.email),
    "name": body.Property(body.text),
    "timeFormat": body.Property(body.one_of(12, 24)),
    "defaultScheduleId": body.Property(body.whole),
    "weekStart": body.Property(body.one_of(*WEEKDAYS)),
    "timeZone": body.Property(body.zone),
    "avatarUrl": body.Property(body.text),
    "bio": body.Property(body.text),
}
_FIELDS = {"name": "name", "timeFormat": "time_format", "weekStart": "week_start", "timeZone": "time_zone", "avatarUrl": "avatar_url", "bio": "bio"}


@me.get("/me")
def show() -> Response:
    """Who the key belongs to."""
    return success(_shape(require_host()))


@me.patch("/me")
def change() -> Response:
    """The account after the change; a new e-mail address waits for its verification and is not shown."""
    host = require_host()
    given = body.read(_PROPERTIES)
    engine = desk().engine
    with engine.lock:
        number = given.get("defaultScheduleId")
        if number is not None:
            if engine.catalogue.schedule(number) not in engine.catalogue.schedules(host):
                raise ApiProblem(404, f"Schedule with ID={number} does not exist.")
            host.default_schedule_id = number
        for name, own in _FIELDS.items():
            if name in given:
                setattr(host, own, given[name])
    return success(_shape(host))


def _shape(host: Host) -> dict[str, Any]:
    organisation = desk().teams.organisation_of(host)
    return {
        "id": host.id,
        "username": host.username,
        "email": host.email,
        "name": host.name,
        "avatarUrl": host.avatar_url,
        "bio": host.bio or None,
        "timeFormat": host.time_format,
        "defaultScheduleId": host.default_schedule_id,
        "weekStart": host.week_start,
        "timeZone": host.time_zone,
        "organizationId": organisation.id if organisation else None,
    }
