"""The API for owners' scripts: who may ask what, how often, and from which pages of others.

Decisions that stand here:

* Only `Authorization: Bearer` counts. Cookies are never looked at, so no page of others can act for somebody who is signed in,
  and forms need no token of their own.
* A token that is not good is refused everywhere, also where none is needed: its owner learns of it at once.
* Limits count by token, and by address for everybody else.
* Pages of other sites may read answers only when their origin stands in API_CORS_ORIGINS, and never with credentials.
* Answers with bookings are kept by nobody on the way (`private, no-cache`) and bear an ETag: a script that asks again sends
  it along and gets 304 when nothing has changed. What changes by the second (free times, progress) is never kept.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, g, jsonify, make_response, request
from flask_limiter.util import get_remote_address
from limits import parse

from app.accounts.tokens import Holder, Refused, Scope, holder_of
from app.config import Settings
from app.extensions import csrf, limiter
from app.inbox.addresses import ALIASES
from app.web.problems import Problem
from app.wiring import Works

blueprint = Blueprint("api", __name__, url_prefix="/api")
csrf.exempt(blueprint)

SCOPES: Mapping[str, Scope | None] = {
    "api.event_types": None,
    "api.availability": None,
    "api.document": None,
    "api.bookings": Scope.BOOKINGS,
    "api.booking": Scope.BOOKINGS,
    "api.sync_bookings": Scope.SYNC,
    "api.newest_booking_sync": Scope.SYNC,
    "api.booking_sync": Scope.SYNC,
    "api.sync_event_types": Scope.SYNC,
    "api.newest_event_type_sync": Scope.SYNC,
    "api.event_type_sync": Scope.SYNC,
}
"""What a token must be good for; None: anybody may ask. A route that is missing here is closed."""
PUBLIC_LIMIT, READ_LIMIT, SYNC_LIMIT = "120 per minute", "300 per minute", "30 per minute"
EXPOSED = "ETag, Link, Location, Retry-After, WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
PREFLIGHT_SECONDS = 600
WRONG_TOKENS = parse("60 per minute")
"""Tokens that are not good, of one address."""


def settings() -> Settings:
    """The settings of the app that answers."""
    found: Settings = current_app.extensions["settings"]
    return found


def works() -> Works:
    """What answers the questions."""
    found: Works = current_app.extensions["works"]
    return found


def holder() -> Holder | None:
    """Who shows a token; None for those who show none. Raises `Problem` for a token that is not good."""
    if "api_holder" not in g:
        try:
            g.api_holder = _holder()
        except Refused as why:
            g.api_holder = why
    if isinstance(g.api_holder, Refused):
        if limiter.enabled and not limiter.limiter.hit(WRONG_TOKENS, "api", get_remote_address()):
            raise Problem(429, "Too many tokens that are not good.", headers={"Retry-After": "60"})
        challenge = f'Bearer realm="{request.host}", error="invalid_token", error_description="{g.api_holder}"'
        raise Problem(401, f"{g.api_holder} An owner of this site makes tokens at /admin/tokens.", headers={"WWW-Authenticate": challenge})
    found: Holder | None = g.api_holder
    return found


def may(scope: Scope) -> bool:
    """Whether the token is good for this."""
    found = holder()
    return found is not None and scope in found.scopes


def asker() -> str:
    """Whom a limit counts: the token, or the address of those without a good one."""
    found = g.api_holder if isinstance(g.get("api_holder"), Holder) else None
    return f"token {found.number}" if found else get_remote_address()


def kept(body: object) -> Response:
    """The answer with its ETag, or 304 when the asker has it already."""
    response = jsonify(body)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Authorization")
    response.add_etag()
    response.make_conditional(request)
    return response


def fresh(body: object, status: int = 200) -> Response:
    """The answer, to be kept by nobody."""
    response = make_response(jsonify(body), status)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.before_request
def _guard() -> Response | None:
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": ", ".join(sorted(current_app.make_default_options_response().allow))})
    found = holder()
    needed = SCOPES.get(request.endpoint or "", ...)
    if needed is None:
        return None
    if found is None:
        raise Problem(401, "Send a token: Authorization: Bearer …. An owner of this site makes one at /admin/tokens.",
                      headers={"WWW-Authenticate": f'Bearer realm="{request.host}"'})  # fmt: skip
    if needed not in found.scopes:
        challenge = f'Bearer realm="{request.host}", error="insufficient_scope", scope="{needed}"'
        raise Problem(403, f"This token may not do that: it would need {needed}.", headers={"WWW-Authenticate": challenge})
    return None


def _holder() -> Holder | None:
    said = request.headers.get("Authorization", "").strip()
    if not said:
        return None
    kind, _, secret = said.partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise Refused("The header must read Authorization: Bearer and the token.")
    return holder_of(secret.strip())


@blueprint.after_app_request
def _share(response: Response) -> Response:
    if not request.path.startswith("/api/") or request.path.rstrip("/") in ALIASES:
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin not in settings().API_CORS_ORIGINS:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response
