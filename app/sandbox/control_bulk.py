"""The part of the control API for many rows: load, let live, change silently, release what was held back, count requests."""

import time

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.sandbox import loading, reading
from app.sandbox.desk import desk
from app.sandbox.errors import BadRequest

control_bulk = Blueprint("control_bulk", __name__, url_prefix="/control/api")

_MOST = 1_000_000


@control_bulk.post("/bulk")
def load() -> tuple[Response, int]:
    """`number` rows laid down silently, or with `told` that many lives, each step told; the same `seed` makes the same again."""
    given = reading.json_object()
    number, seed = reading.number(given, "number") or 0, reading.number(given, "seed") or 1
    if not 0 < number <= _MOST:
        raise BadRequest(f"number must lie between 1 and {_MOST}.")
    begun = time.monotonic()
    told = reading.flag(given, "told")
    rows = (loading.live if told else loading.load)(desk().engine, number, seed=seed)
    return jsonify(rows=rows, seconds=round(time.monotonic() - begun, 3)), 201


@control_bulk.post("/bulk/change")
def change() -> Response:
    """`number` rows changed in a way that no webhook tells of."""
    number = reading.number(reading.json_object(), "number") or 1
    return jsonify(uids=loading.change(desk().engine, number))


@control_bulk.post("/deliveries/release")
def release() -> Response:
    """Whatever the dial `held` kept back is sent now."""
    return jsonify(released=desk().courier.release())


@control_bulk.get("/requests")
def requests() -> Response:
    """How many requests the API got since the last reset, and how many of them were over the limit."""
    counted = desk().tally.counts()
    return jsonify(requests=sum(counted.values()), overLimit=desk().limiter.refusals, answers=counted)
