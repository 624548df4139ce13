"""Whether the site lives and can serve, for monitors; nothing secret."""

import shutil

from flask import Blueprint, Response, current_app, jsonify

from app.config import Settings
from app.db import answers
from app.inbox import queries as inbox

blueprint = Blueprint("health", __name__)

FREE_BYTES = 50_000_000


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@blueprint.get("/health")
def ready() -> tuple[Response, int]:
    """The site can serve: database, disk, age of the queue."""
    settings: Settings = current_app.extensions["settings"]
    checks = {"database": answers(), "disk": shutil.disk_usage(settings.INSTANCE_PATH).free > FREE_BYTES}
    waiting_seconds = inbox.oldest_waiting_seconds() if checks["database"] else None
    checks["queue"] = waiting_seconds is not None and waiting_seconds < settings.QUEUE_ALARM_SECONDS
    good = all(checks.values())
    answer = jsonify(status="ready" if good else "not ready", checks=checks, waiting_seconds=waiting_seconds)
    if not good:
        answer.headers["Retry-After"] = "5"
    return answer, 200 if good else 503
