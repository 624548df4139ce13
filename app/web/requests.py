"""Around every request: an id that ties answer and log together, one log line, reading sessions that end.

A delivery takes a shorter way: cookies, CSRF, rate limits and compression mean nothing to it, and what is accepted is a
row of the inbox, which says more than a line in the log. That is a quarter of what a receipt costs.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from app.config import Settings
from app.web import metrics

DELIVERY = "webhooks.deliver"
NOT_FOR_DELIVERIES = ("flask_compress", "flask_limiter", "flask_login", "flask_wtf")
QUIET = ("/healthz", "/readyz", "/metrics", "/static/", "/assets/")

log = structlog.get_logger()


def init_app(app: Flask, settings: Settings) -> None:
    """Adds request ids and the access log; in production only, Sentry when it is asked for."""
    tables: list[Any] = [app.before_request_funcs, app.after_request_funcs]
    for hooks in tables:
        hooks[None] = [_unless_delivery(hook) if _is_spared(hook) else hook for hook in hooks.get(None, [])]
    app.before_request(_begin)
    app.after_request(_end)
    if settings.SENTRY_DSN:
        _start_sentry(settings.SENTRY_DSN)


def _is_spared(hook: Callable[..., Any]) -> bool:
    made_by = hook.func if isinstance(hook, partial) else hook
    return made_by.__module__.startswith(NOT_FOR_DELIVERIES)


def _unless_delivery(hook: Callable[..., Any]) -> Callable[..., Any]:
    """The hook, passed by when a delivery is posted; an answer then stays as it is."""

    def spared(*response: Response) -> Any:
        if request.endpoint == DELIVERY:
            return response[0] if response else None
        return hook(*response)

    return spared


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = uuid4().hex[:16]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    metrics.count(response, seconds)
    accepted = request.endpoint == DELIVERY and response.status_code == 200
    if not accepted and not request.path.startswith(QUIET):
        route = str(request.url_rule) if request.url_rule else "(no route)"
        log.info("request", method=request.method, route=route, status=response.status_code, ms=round(seconds * 1000, 1))
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
