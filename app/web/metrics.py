"""`/metrics` for Prometheus and its kin: numbers, nothing personal, not for everybody.

Whoever knows `METRICS_TOKEN` may read it (`Authorization: Bearer …`). Without that setting only this machine may, and
only directly: a request that a proxy has passed on came from somewhere else, whatever its address looks like. Everybody
else is told that there is nothing here.
"""

import hmac
from importlib import metadata
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, abort, current_app, request

from app.config import Settings
from app.metrics.figures import Figures
from app.metrics.tally import CONTENT_TYPE, Tally

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""Others are counted together: anyone may invent methods, and each would be a row of its own for ever."""

blueprint = Blueprint("metrics", __name__)

PASSED_ON = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


def init_app(app: Flask, settings: Settings) -> None:
    """Gives the app its counters and the page that shows them."""
    tally = Tally()
    tally.add(Figures(settings, app.app_context, version=_version()))
    app.extensions["tally"] = tally
    app.register_blueprint(blueprint)


def count(response: Response, seconds: float) -> None:
    """Notes down how long an answer took."""
    tally: Tally = current_app.extensions["tally"]
    route = str(request.url_rule) if request.url_rule else "(none)"
    tally.answered(route, request.method if request.method in KNOWN_METHODS else "(other)", response.status_code, seconds)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Every figure, as text."""
    settings: Settings = current_app.extensions["settings"]
    if settings.METRICS_TOKEN:
        _, _, given = request.headers.get("Authorization", "").partition(" ")
        if not hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode()):
            abort(Response("The token is missing or wrong: Authorization: Bearer METRICS_TOKEN\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain"))
    elif not _from_this_machine():
        abort(404)
    tally: Tally = current_app.extensions["tally"]
    return Response(tally.text(), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _from_this_machine() -> bool:
    if any(name in request.headers for name in PASSED_ON):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _version() -> str:
    try:
        return metadata.version("frontdesk")
    except metadata.PackageNotFoundError:
        return "unknown"
