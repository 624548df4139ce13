"""Around every request: an id that ties answer and log together, one log line, reading sessions that end."""

import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from app.config import Settings

QUIET = ("/healthz", "/readyz", "/static/", "/assets/")

log = structlog.get_logger()


def init_app(app: Flask, settings: Settings) -> None:
    """Adds request ids and the access log; in production only, Sentry when it is asked for."""
    app.before_request(_begin)
    app.after_request(_end)
    if settings.SENTRY_DSN:
        _start_sentry(settings.SENTRY_DSN)


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = uuid4().hex[:16]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if not request.path.startswith(QUIET):
        took = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
        route = str(request.url_rule) if request.url_rule else "(no route)"
        log.info("request", method=request.method, route=route, status=response.status_code, ms=round(took, 1))
    return response


def _start_sentry(dsn: str) -> None:
    """Sends errors to Sentry without bodies, cookies, query strings or anything that looks like a uid."""
    import sentry_sdk  # noqa: PLC0415 -- an optional extra: only there when somebody wants it

    from app.observing import scrub_event  # noqa: PLC0415 -- beside the import it belongs to

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        before_send=scrub_event,  # type: ignore[arg-type]  # its Event is a TypedDict, ours is read as a plain one
    )
