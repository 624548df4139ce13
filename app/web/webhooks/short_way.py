"""A good delivery is stored and answered before Flask: no routing, no hooks, no response object.

Why: the receiver is the one place where many requests can come at once, and Flask's machinery costs more than the
receipt itself. Everything that is not a correctly signed delivery of ordinary size goes the ordinary way and gets its
answer there, so that there is one place for refusals. When not to use it: anywhere else.
"""

import io
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from app.away import STORE_ERRORS
from app.calcom.secrets import WebhookSecrets
from app.calcom.webhook import matching_secret
from app.config import Settings
from app.db import db
from app.inbox.addresses import ALIASES, RECEIVER
from app.inbox.receive import KEPT_HEADERS, receive
from app.web.webhooks.calcom import MAX_BODY, RETRY_SECONDS, note_not_stored, note_stored

HEADERS = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]

BEGAN = "frontdesk.began"


class ShortWay:
    """The WSGI application in front of Flask's own."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._ordinary = app.wsgi_app
        self._settings = settings
        self._engine: Any = None
        hsts = [("Strict-Transport-Security", "max-age=31536000")] if settings.https else []
        self._headers = HEADERS + hsts

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        name = self._subscription(environ) if environ["REQUEST_METHOD"] == "POST" else None
        if name is None:
            return self._ordinary(environ, start_response)
        environ[BEGAN] = time.perf_counter()
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        secrets: WebhookSecrets = self._app.extensions["webhook_secrets"]
        matched = matching_secret(secrets.of(name), body, environ.get("HTTP_X_CAL_SIGNATURE_256"))
        if matched is None or len(body) != int(environ["CONTENT_LENGTH"]):
            environ["wsgi.input"] = io.BytesIO(body)
            return self._ordinary(environ, start_response)
        return self._store(environ, start_response, body, name, matched)

    def _store(self, environ: dict[str, Any], start_response: Callable[..., Any], body: bytes, name: str, matched: int) -> Iterable[bytes]:
        found = {header: environ.get("CONTENT_TYPE" if header == "content-type" else f"HTTP_{header.upper().replace('-', '_')}") for header in KEPT_HEADERS}
        headers = {header: value for header, value in found.items() if value}
        try:
            receipt = receive(self._database(), body=body, headers=headers, subscription=name, secret=f"{name or 'main'}[{matched}]")
        except STORE_ERRORS as error:
            note_not_stored(self._app, error)
            said = {"status": "refused", "message": "the store is away, please come back"}
            return self._answer(start_response, "503 SERVICE UNAVAILABLE", said, [("Retry-After", str(RETRY_SECONDS))])
        note_stored(self._app, receipt, body=body, name=name)
        self._app.extensions["tally"].took_receipt(time.perf_counter() - environ[BEGAN])
        return self._answer(start_response, "200 OK", {"id": receipt.id, "status": "accepted"}, [])

    def _subscription(self, environ: dict[str, Any]) -> str | None:
        """The subscription that the address names (empty: the main one); None when the delivery must go the ordinary way."""
        path = environ.get("PATH_INFO", "").rstrip("/")
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdecimal() or int(length) > MAX_BODY or (self._settings.https and environ["wsgi.url_scheme"] != "https"):
            return None
        if path == RECEIVER or path in ALIASES:
            return ""
        before, _, name = path.rpartition("/")
        return name.lower() if before == RECEIVER else None

    def _answer(self, start_response: Callable[..., Any], status: str, said: dict[str, Any], more: list[tuple[str, str]]) -> Iterable[bytes]:
        answer = json.dumps(said, separators=(",", ":")).encode() + b"\n"
        start_response(status, [*self._headers, *more, ("Content-Length", str(len(answer)))])
        return [answer]

    def _database(self) -> Any:
        if self._engine is None:
            with self._app.app_context():
                self._engine = db.engine
        return self._engine
