"""Wrong passwords are counted, right ones are not: 10 in 15 minutes per account and per network.

A count per account alone would let anybody lock the owner out, for ever, by guessing on purpose. So a browser that
has once signed in carries a signed mark and has a count of its own; strangers share the other two. A blocked try
does not prolong the wait, and unknown accounts are counted as known ones are.

The limiter's decorators look before and count after the view, which lets parallel guesses slip through between;
here looking, checking and counting are one step per process.
"""

import hashlib
import ipaddress
import secrets
import threading

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import RateLimitItem, RateLimitItemPerMinute

from app import clock
from app.accounts import staff
from app.accounts.models import AdminUser
from app.config import Settings
from app.extensions import limiter

LIMIT = RateLimitItemPerMinute(10, 15, namespace="wrong-passwords")
MARK = "known"
MARK_SECONDS = 180 * 86400

_one_at_a_time = threading.Lock()


class TooManyGuesses(Exception):
    """Nothing was checked; a new try is possible after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong passwords, wait {seconds} s")
        self.seconds = seconds


def check(*, email: str, password: str) -> AdminUser | None:
    """The person, if the password is right; None (and one guess less) if it is not. Raises `TooManyGuesses`."""
    keys = _keys(email)
    with _one_at_a_time:
        _refuse_exhausted(LIMIT, keys)
        user = staff.check_password(email=email, password=password)
        if user is None:
            for key in keys:
                limiter.limiter.hit(LIMIT, *key)
    return user


def mark_browser(response: Response, user: AdminUser) -> None:
    """Lets this browser have a count of its own from now on."""
    settings: Settings = current_app.extensions["settings"]
    value = _serializer().dumps([_digest(user.email), secrets.token_hex(8)])
    text = value.decode() if isinstance(value, bytes) else value
    response.set_cookie(_mark_name(settings), text, max_age=MARK_SECONDS, secure=settings.https, httponly=True, samesite="Lax", path="/")


def _refuse_exhausted(limit: RateLimitItem, keys: list[tuple[str, str]]) -> None:
    waits = [limiter.limiter.get_window_stats(limit, *key).reset_time for key in keys if not limiter.limiter.test(limit, *key)]
    if waits:
        raise TooManyGuesses(max(1, round(max(waits) - clock.now().timestamp())))


def _keys(email: str) -> list[tuple[str, str]]:
    account = _digest(email)
    browser = _known_browser(account)
    return [("browser", browser)] if browser else [("account", account), ("network", network(request.remote_addr or ""))]


def network(address: str) -> str:
    """The address of an IPv4 client, the /64 of an IPv6 client: one household, not one of its 2^64 addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _known_browser(account: str) -> str:
    """The browser's own count, if it signed in to this account before."""
    settings: Settings = current_app.extensions["settings"]
    try:
        owner, browser = _serializer().loads(request.cookies.get(_mark_name(settings), ""), max_age=MARK_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(browser) if owner == account else ""


def _mark_name(settings: Settings) -> str:
    return ("__Host-" if settings.https else "") + MARK


def _digest(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()


def _serializer() -> URLSafeTimedSerializer:
    settings: Settings = current_app.extensions["settings"]
    return URLSafeTimedSerializer([*reversed(settings.SECRET_KEY_FALLBACKS), settings.SECRET_KEY], salt="known-browser")
