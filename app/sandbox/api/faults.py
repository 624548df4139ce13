"""What can happen to a request of the API on purpose: before it is read, or on the way back."""

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

from flask import g, request
from werkzeug.wrappers import Response

from app.sandbox.api import problems
from app.sandbox.desk import desk

_PIECES = 20
_LOCK_SECONDS = 60


def before() -> Response | None:
    """Draw this request's fault; some are an answer already."""
    found = desk().faults.draw(desk().dials.api, method=request.method, path=request.path)
    g.fault = found
    if found == "429":
        answer = problems.throttled()
        answer.headers["X-RateLimit-Limit-Default"] = str(desk().dials.api.api_limit)
        answer.headers["X-RateLimit-Remaining-Default"] = "0"
        answer.headers["X-RateLimit-Reset-Default"] = str(max(1, round(_LOCK_SECONDS / desk().dials.api.clock_scale)))
        return answer
    if found == "500":
        return problems.unhandled()
    if found == "html":
        return problems.web_page()
    if found == "redirect":
        return Response(status=302, headers={"Location": f"{desk().own_url}/elsewhere"})
    return None


def after(answer: Response) -> Response:
    """The answer with what happens to it on its way."""
    found = g.get("fault", "ok")
    if found == "cut":
        return _cut(answer)
    if found == "slow":
        return _slowly(answer)
    if found == "lost":
        return _lost()
    return answer


def _cut(answer: Response) -> Response:
    packed = gzip.compress(answer.get_data())
    answer.set_data(packed[: len(packed) // 2])
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def _slowly(answer: Response) -> Response:
    whole, pause = answer.get_data(), desk().dials.api.api_slow_ms / 1000 / _PIECES
    size = max(1, -(-len(whole) // _PIECES))

    def pieces() -> Iterator[bytes]:
        for begin in range(0, len(whole), size):
            time.sleep(pause)
            yield whole[begin : begin + size]

    slow = Response(pieces(), status=answer.status_code, headers=answer.headers)
    slow.headers["Content-Length"] = str(len(whole))
    return slow


def _lost() -> Response:
    """The connection ends without a word; where there is none to cut, the edge says that nothing came back."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return problems.web_page(524)
