"""The admin area's blueprint: its guard, what every page of it needs, and its own error pages."""

from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Forbidden, HTTPException, NotFound

from app import pulse
from app.bookings.errors import BookingNotFound
from app.config import Settings
from app.db import db
from app.inbox import queries as inbox
from app.outbox import queries as outbox
from app.site import Site
from app.web import access
from app.web.admin import wording
from app.web.admin.alarm_notices import notices
from app.web.admin.rail import can_open, rail
from app.web.admin.relative import relative, relative_day

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
blueprint.before_request(access.guard)
blueprint.add_app_template_filter(relative)
blueprint.add_app_template_filter(relative_day)

NUMBER = "<int(max=2147483647):number>"
"""A row number in a route; larger ones are a 404 on every database."""


@blueprint.before_request
def _stamp() -> None:
    """Before anything is read for the page: what is written while it is made is news to it."""
    if request.method == "GET":
        g.pulse = pulse.stamp(db.engine)


def settings() -> Settings:
    """The settings of the app that answers."""
    found: Settings = current_app.extensions["settings"]
    return found


def zone() -> str:
    """The owner's time zone: the one of the place."""
    site: Site = current_app.extensions["site"]
    return site.place.time_zone


@blueprint.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.context_processor
def _about_every_page() -> dict[str, Any]:
    known = {"zone": zone(), "may": access.may, "can_open": can_open, "words": wording}
    if not current_user.is_authenticated:
        return known
    alarms = notices(zone=zone()) if access.may("admin.doctor") else []
    groups = rail({"admin.inbox": inbox.stuck(), "admin.outbox": outbox.stuck()})
    return known | {"alarms": alarms, "person": access.person(), "rail": groups, "pulse": g.get("pulse", "")}


@blueprint.errorhandler(BookingNotFound)
def _no_such_booking(error: BookingNotFound) -> ResponseReturnValue:
    return _problem(NotFound(f"No booking has the number {error.reference[:20]}."))


@blueprint.errorhandler(NotFound)
@blueprint.errorhandler(Forbidden)
def _problem(error: HTTPException) -> ResponseReturnValue:
    heading = "This is not open to you" if error.code == Forbidden.code else "There is nothing here"
    why = error.description if error.description != type(error).description else "The address may have a typing mistake, or what was here is gone."
    return render_template("admin/problem.html", heading=heading, why=why), error.code or 500
