"""The envelope of every good answer."""

from typing import Any

from flask import jsonify, make_response
from werkzeug.wrappers import Response


def success(data: Any, *, status: int = 200, **beside: Any) -> Response:
    """`{"status": "success", "data": …}`, and what stands beside the data."""
    return make_response(jsonify(status="success", data=data, **beside), status)


def success_alone() -> Response:
    """The envelope without data."""
    return make_response(jsonify(status="success"), 200)
