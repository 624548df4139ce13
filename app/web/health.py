"""Whether the site lives and can serve, for monitors; nothing secret."""

import shutil

from flask import Blueprint, Response, current_app, jsonify

from app.config import Settings
from app.db import answers, takes_writes
from app.inbox import queries as inbox

blueprint = Blueprint("health", __name__)

FREE_BYTES = 50_000_000
PROBLEMS = {
    "database": "The database cannot be written: it is locked, read-only, full or does not answer. Deliveries are told to come back.",
    "disk": "The disk is nearly full.",
    "queue": "Deliveries wait for too long: does a worker run, and what does its log say?",
}


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@blueprint.get("/health")
def ready() -> tuple[Response, int]:
    """The site can serve: database, disk, age of the queue."""
    settings: Settings = current_app.extensions["settings"]
    checks = {"database": answers() and takes_writes(), "disk": shutil.disk_usage(settings.INSTANCE_PATH).free > FREE_BYTES}
    waiting_seconds = inbox.oldest_waiting_seconds() if checks["database"] else None
    checks["queue"] = waiting_seconds is not None and waiting_seconds < settings.QUEUE_ALARM_SECONDS
    problems = [PROBLEMS[name] for name, good in checks.items() if not good and (name != "queue" or waiting_seconds is not None)]
    answer = jsonify(status="not ready" if problems else "ready", checks=checks, problems=problems, waiting_seconds=waiting_seconds)
    if problems:
        answer.headers["Retry-After"] = "5"
    return answer, 503 if problems else 200
