"""Keeps machines from filling the host's calendar, without asking a third party and without a riddle for people.

A field that nobody sees has to stay empty; nobody has read the page and filled in the form within a second; and no
network and no address books without end. Whoever is stopped by mistake loses nothing that was typed and is told why.
"""

import ipaddress
from typing import Any

import structlog
from flask import request, session
from limits import RateLimitItem, parse

from app import clock
from app.extensions import limiter

TRAP = "leave_empty"
SINCE = "times_since"
SECONDS = 1.0
PER_NETWORK = parse("30 per 10 minutes")
PER_ADDRESS = parse("6 per hour")
HOLDS = parse("40 per 10 minutes")

log = structlog.get_logger()


def note_visit() -> None:
    """Remembers in the visitor's own cookie when the page was first shown."""
    if not isinstance(session.get(SINCE), float | int):
        session[SINCE] = round(clock.now().timestamp(), 1)


def refusal() -> str:
    """Why a form that was sent is not taken; empty when nothing speaks against it."""
    if request.form.get(TRAP):
        return "The last field of the form has to stay empty. It is empty again now: please send the form once more."
    since: Any = session.get(SINCE)
    if not isinstance(since, float | int) or clock.now().timestamp() - since < SECONDS:
        return "That was faster than anybody can read. Please send the form once more."
    return ""


def too_many(email: str) -> bool:
    """Whether this network or this address has booked too often of late; each call counts."""
    return _over(PER_NETWORK, "book", network()) or bool(email and _over(PER_ADDRESS, "book-for", email.lower()))


def too_many_holds() -> bool:
    """Whether this network has held times too often of late; each call counts."""
    return _over(HOLDS, "hold", network())


def network() -> str:
    """Where a request comes from: an IPv4 address, or the part of an IPv6 address that one customer has."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _over(limit: RateLimitItem, *about: str) -> bool:
    try:
        return not limiter.limiter.hit(limit, "times", *about)
    except Exception:  # noqa: BLE001 -- whatever keeps the counters may be away; people still book
        log.warning("nobody counts bookings per network: the store of the counters does not answer")
        return False
