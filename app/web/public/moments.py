"""What the booking page tells of itself: which of the known things happened when, for the owner's page about the booking.

Nothing of the booking depends on it. Who tells is the browser's own session cookie together with the token on its page;
no uid, no name, no network address is kept. A browser that asks not to be followed (Do Not Track, Global Privacy Control)
gets a page that tells nothing, and is not listened to either. There is no CSRF token: `sendBeacon` sends no header of ours,
so where the request comes from is checked instead, and what it can do is add a line to what this very browser did.
"""

import hmac
import json
from datetime import timedelta
from re import compile as pattern
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, request
from structlog import get_logger

from app import clock
from app.away import DatabaseBusy
from app.browsing.keep import Moment, keep
from app.browsing.kinds import FROM_BROWSERS, OPENED
from app.db import transaction
from app.extensions import limiter
from app.web.public.blueprint import blueprint, settings
from app.web.public.visitor import Visitor, current_visitor, known_visitors

MOST_BYTES = 4096
MOST_AT_ONCE = 30
LONGEST_VISIT_MS = 24 * 60 * 60 * 1000
LONGEST_SOURCE = 200
PAGE = pattern(r"/(?:consultation|book(?:/[\w.~%-]{1,100}){0,2})")
NO_TRACE = (("DNT", "1"), ("Sec-GPC", "1"))

log = get_logger()


@blueprint.post("/moments")
@limiter.limit("120 per minute;2000 per day")
def moments() -> Response:
    """Keeps what a page told; whatever is not as it should be is refused as a whole, without a row."""
    if not _from_our_page():
        abort(403, "Only pages of this site tell what happened on them.")
    length = request.content_length
    if length is None:
        abort(411)
    if length > MOST_BYTES:
        abort(413)
    if not wants_no_trace():
        visitor, told = _read(request.get_data())
        with transaction() as session:
            keep(session, visitor.hash, told)
    return Response(status=204)


def wants_no_trace() -> bool:
    """Whether the browser asks not to be followed."""
    return any(request.headers.get(name) == value for name, value in NO_TRACE)


def note(kind: str) -> None:
    """Keeps a moment that this site sees itself, where people book without the frame. A database that is busy loses it."""
    if wants_no_trace():
        return
    try:
        with transaction() as session:
            keep(session, current_visitor().hash, [Moment(clock.now(), kind, request.path)])
    except DatabaseBusy:
        log.warning("a moment of a visit was not kept: the database was busy", kind=kind)


def _from_our_page() -> bool:
    """Every browser of today says one or the other of a beacon; a request that says neither is none."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if origin is not None:
        own = urlsplit(settings().SITE_URL)
        return origin in {f"{own.scheme}://{own.netloc}", request.host_url.rstrip("/")} and site in {None, "same-origin"}
    return site == "same-origin"


def _read(body: bytes) -> tuple[Visitor, list[Moment]]:
    try:
        said: Any = json.loads(body)
        token, page, now, told = (said[name] for name in ("visitor", "page", "now", "moments"))
    except (ValueError, RecursionError, KeyError, TypeError):
        abort(400, "This is not what the booking page tells.")
    good = isinstance(token, str) and isinstance(page, str) and PAGE.fullmatch(page) and _milliseconds(now, LONGEST_VISIT_MS)
    if not good or not isinstance(told, list) or not 0 < len(told) <= MOST_AT_ONCE or not all(_is_moment(one, now) for one in told):
        abort(400, "This is not what the booking page tells.")
    visitor = next((one for one in known_visitors() if hmac.compare_digest(one.token.encode(), token.encode())), None)
    if visitor is None:
        abort(403, "This page belongs to another visit, or stood open for too long.")
    moment = clock.now()
    return visitor, [Moment(moment - timedelta(milliseconds=now - after), kind, page, *map(_kept, about)) for kind, after, *about in told]


def _is_moment(one: Any, now: int) -> bool:
    """`[kind, milliseconds since the page was opened]`, and for `opened` where the visitor came from."""
    if not isinstance(one, list) or len(one) not in {2, 3} or not isinstance(one[0], str) or one[0] not in FROM_BROWSERS:
        return False
    source = one[2] if len(one) == 3 else ""
    fits = isinstance(source, str) and len(source) <= LONGEST_SOURCE and source.isprintable()
    return fits and (len(one) == 2 or one[0] == OPENED) and _milliseconds(one[1], now)


def _kept(source: str) -> str:
    """The source, unless a campaign has a mail address in it."""
    return "" if "@" in source or "%40" in source else source


def _milliseconds(number: Any, most: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= most
