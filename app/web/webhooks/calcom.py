"""The receiver: verify the signature over the raw bytes, store, commit, answer 200. The work comes later.

Answers that matter to the sender: 401 for anything not signed by us (no row is written), 413 above 1 MB, 503 with
Retry-After when the store is away. Never 410 (Cal.com then drops the subscription) and never a redirect (it is not followed).
"""

import time

import structlog
from flask import Flask, Response, current_app, jsonify, request
from sqlalchemy.exc import DBAPIError

from app.away import DatabaseBusy
from app.calcom.webhook import SIGNATURE_HEADER, matching_secret
from app.db import db
from app.inbox.addresses import RECEIVER
from app.inbox.receive import Receipt, receive
from app.metrics.tally import Tally
from app.web.webhooks.blueprint import blueprint

MAX_BODY = 1_000_000
RETRY_SECONDS = 5
LOG_EVERY_SECONDS = 10.0

log = structlog.get_logger()
refusals = {"count": 0, "logged_at": -LOG_EVERY_SECONDS}
not_stored = {"count": 0, "logged_at": -LOG_EVERY_SECONDS}


@blueprint.post(RECEIVER, strict_slashes=False)
@blueprint.post(f"{RECEIVER}/<name>", strict_slashes=False)
def deliver(name: str = "") -> tuple[Response, int] | tuple[Response, int, dict[str, str]]:
    """Takes one delivery."""
    secrets = current_app.extensions["webhook_secrets"].of(name.lower())
    tally: Tally = current_app.extensions["tally"]
    if (request.content_length or 0) > MAX_BODY:
        tally.refused("too_large")
        return _answer("too large", 413)
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY:
        tally.refused("too_large")
        return _answer("too large", 413)
    signatures = request.headers.getlist(SIGNATURE_HEADER)
    matched = matching_secret(secrets, body, signatures[0] if len(signatures) == 1 else None)
    if matched is None:
        tally.refused("signature")
        _note("deliveries refused", refusals, reason="signature missing or wrong")
        return _answer("signature missing or wrong", 401)
    try:
        headers = {key.lower(): value for key, value in request.headers.items()}
        receipt = receive(db.engine, body=body, headers=headers, subscription=name.lower(), secret=f"{name or 'main'}[{matched}]")
    except (DatabaseBusy, DBAPIError) as error:
        note_not_stored(current_app, error)
        answer, status = _answer("the store is away, please come back", 503)
        return answer, status, {"Retry-After": str(RETRY_SECONDS)}
    note_stored(current_app, receipt, body=body, name=name.lower())
    return jsonify(status="accepted", id=receipt.id), 200


def note_stored(app: Flask, receipt: Receipt, *, body: bytes, name: str) -> None:
    """Wakes the workers, and says in the log what came when that is wanted; no personal data."""
    app.extensions["tally"].received(repeated=receipt.repeats > 0)
    app.extensions["works"].nudge()
    if app.extensions["settings"].DEBUG_DELIVERIES:
        log.info("delivery stored", delivery=receipt.id, repeats=receipt.repeats, bytes=len(body), subscription=name or "main")


def note_not_stored(app: Flask, error: Exception) -> None:
    """Counts a delivery that could not be stored."""
    app.extensions["tally"].refused("store_away")
    _note("deliveries not stored", not_stored, error=type(error.__cause__ or error).__name__)


def _answer(message: str, status: int) -> tuple[Response, int]:
    return jsonify(status="refused", message=message), status


def _note(event: str, tally: dict[str, float], **why: str) -> None:
    """Counts everything and logs one line every few seconds, so that a flood cannot fill the disk."""
    tally["count"] += 1
    now = time.monotonic()
    if now - tally["logged_at"] >= LOG_EVERY_SECONDS:
        tally["logged_at"] = now
        log.warning(event, so_far=int(tally["count"]), **why)
