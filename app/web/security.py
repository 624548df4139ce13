"""Response headers, content policy, cookies, accepted hosts.

Every answer carries the strict policy: nothing may load but our own files, nothing inline. The few pages that
host Cal.com's embed need its script, its frame and inline styles (its script writes style attributes), so they
alone get the wide one. Which pages these are is a list here and not a decorator there, so that one look tells.

What Talisman keeps on the view function would be shared by all apps of a process; `_Talisman` reads the options
of the app that answers.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request, session
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings

EMBED_ENDPOINTS = frozenset({"public.book", "public.book_host", "public.book_event", "public.consultation"})
"""Pages that host the embed."""

SECRET_ADDRESSES = frozenset({"feeds.calendar", "public.unsubscribe", "public.unsubscribe_now"})
"""Pages whose address is the key to them: it must not travel on to where they lead."""

HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/health", "/metrics"})
"""Asked by machines on the inside, which do not follow redirects."""

RECEIVER_PATHS = ("/webhooks/", "/api/")
"""A redirect would turn a posted delivery into a GET and lose it."""

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
"""Always accepted as Host: health checks of the same machine."""

HSTS_SECONDS = 31_536_000

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "font-src": "'none'",
}


class _Talisman(Talisman):  # type: ignore[misc]  # the package has no types
    def _get_local_options(self) -> dict[str, Any]:
        options: dict[str, Any] = dict(current_app.extensions["page_policies"][request.endpoint in EMBED_ENDPOINTS])
        options["force_https"] = self.force_https and not _answers_on_http(request.path)
        return options


class _NoForwardedHeaders:
    """Hides what proxies (or anyone) claim; `ProxyFix` outside of it has already used what is trusted."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_X_FORWARDED_PROTO", None)
        environ.pop("HTTP_X_FORWARDED_HOST", None)
        return self.app(environ, start_response)


def init_app(app: Flask, settings: Settings) -> None:
    """Puts headers, content policy, cookie rules and accepted hosts on the app."""
    app.wsgi_app = _NoForwardedHeaders(app.wsgi_app)  # type: ignore[method-assign]  # as Flask documents it
    if settings.PROXY_HOPS:
        hops = settings.PROXY_HOPS
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask documents it
    app.config["TRUSTED_HOSTS"] = trusted_hosts(settings)
    app.extensions["page_policies"] = {wide: _options(settings, wide=wide) for wide in (False, True)}
    app.before_request(_refuse_plain_deliveries)
    app.after_request(_keep_cookies)
    app.after_request(_keep_address)  # before Talisman, so that it has the last word
    _Talisman(
        app,
        force_https=settings.https,
        strict_transport_security=settings.https,
        strict_transport_security_max_age=HSTS_SECONDS,
        strict_transport_security_include_subdomains=False,
        content_security_policy=STRICT,
        referrer_policy="strict-origin-when-cross-origin",
        session_cookie_secure=settings.https,
        frame_options="DENY",
    )
    app.after_request(_isolate)
    _set_cookies(app, settings)
    app.jinja_env.globals["preview"] = settings.PREVIEW
    if settings.PREVIEW:
        app.after_request(_hide_from_search)


def _hide_from_search(response: Response) -> Response:
    """A preview must not be found instead of the site."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def trusted_hosts(settings: Settings) -> list[str]:
    """The Host headers that are answered; anything else is a 400."""
    hosts = settings.TRUSTED_HOSTS or [urlsplit(settings.SITE_URL).hostname or "localhost"]
    return [*hosts, *(host for host in LOOPBACK if host not in hosts)]


def content_policy(settings: Settings, *, wide: bool) -> dict[str, str]:
    """The content policy; `wide` for pages that host the embed."""
    if not wide:
        return dict(STRICT)
    script = urlsplit(settings.embed_url)
    return STRICT | {
        "script-src": f"'self' {script.scheme}://{script.netloc}",
        "style-src": "'self' 'unsafe-inline'",
        "frame-src": settings.CALCOM_ORIGIN,
    }


def _options(settings: Settings, *, wide: bool) -> dict[str, Any]:
    """Every option by name: Talisman would fill a missing one with that of another app."""
    off = "camera", "microphone", "geolocation", "usb", "browsing-topics"
    payment = f'(self "{settings.CALCOM_ORIGIN}")' if wide else "()"
    return {
        "force_https": settings.https,
        "frame_options": "DENY",
        "frame_options_allow_from": None,
        "content_security_policy": content_policy(settings, wide=wide),
        "content_security_policy_nonce_in": [],
        "permissions_policy": dict.fromkeys(off, "()") | {"payment": payment},
        "document_policy": {},
        "feature_policy": {},
    }


def _answers_on_http(path: str) -> bool:
    return path in HEALTH_PATHS or path.startswith(RECEIVER_PATHS)


def _refuse_plain_deliveries() -> None:
    """A delivery that came in the clear gets a 403 with the reason, never a redirect."""
    settings: Settings = current_app.extensions["settings"]
    if settings.https and not request.is_secure and request.path.startswith(RECEIVER_PATHS):
        abort(403, "This address takes https only. Behind a proxy, set PROXY_HOPS to the number of proxies.")


def _keep_cookies(response: Response) -> Response:
    """No cache on the way may keep an answer that brings a cookie: it would hand it on to others."""
    if current_app.session_interface.should_set_cookie(current_app, session):
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _keep_address(response: Response) -> Response:
    if request.endpoint in SECRET_ADDRESSES:
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _isolate(response: Response) -> Response:
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _set_cookies(app: Flask, settings: Settings) -> None:
    """After Talisman, which writes some of these itself."""
    prefix = "__Host-" if settings.https else ""
    for kind, name in (("SESSION", "session"), ("REMEMBER", "remember")):
        app.config[f"{kind}_COOKIE_NAME"] = prefix + name
        app.config[f"{kind}_COOKIE_SECURE"] = settings.https
        app.config[f"{kind}_COOKIE_HTTPONLY"] = True
        app.config[f"{kind}_COOKIE_SAMESITE"] = "Lax"
        app.config[f"{kind}_COOKIE_PATH"] = "/"
        app.config[f"{kind}_COOKIE_DOMAIN"] = None
