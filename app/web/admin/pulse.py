"""What open pages ask every few seconds: has anything been written? Mostly the answer is an empty 304."""

from flask import Response, jsonify, request

from app import pulse as beat
from app.db import db
from app.web.admin.blueprint import blueprint


@blueprint.get("/pulse")
def pulse() -> Response:
    """A stamp that changes with every commit, in the body and as ETag."""
    stamp = beat.stamp(db.engine)
    answer = jsonify(stamp=stamp)
    answer.set_etag(stamp)
    answer.make_conditional(request)
    return answer
