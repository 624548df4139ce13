"""Who may frame, script and post: the response headers of the simulation and its guard against foreign forms."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

_OWN_ONLY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
_ANY_SITE = "frame-ancestors http: https:"
_NO_SITE = "frame-ancestors 'none'"


def guard(app: Flask) -> None:
    """Set the headers of every answer and refuse changes that another site asks for."""
    app.before_request(refuse_foreign_changes)
    app.after_request(set_headers)


def refuse_foreign_changes() -> None:
    """A browser names the page's origin on every change; only our own may change something."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)


def set_headers(answer: Response) -> Response:
    """Booking pages may be framed by any web page, the control page by none."""
    private = request.path.startswith("/control")
    answer.headers.setdefault("Content-Security-Policy", f"{_OWN_ONLY}; {_NO_SITE if private else _ANY_SITE}")
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Not `no-referrer`: it would make browsers call the origin of our own forms "null".
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
