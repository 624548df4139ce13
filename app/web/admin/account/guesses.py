"""Whose guesses are counted together: 10 in 15 minutes per account and network, looser bounds beside it.

A bound per account alone would let anybody lock the owner out, for ever, by guessing on purpose. So the narrow bound is
per account and network; the wider ones, per network and per account, stop those who change accounts or networks. A
browser that has once signed in carries a signed mark and has a bound of its own instead, and the mailed link lets its
reader in whatever was guessed. Unknown accounts are counted as known ones are.
"""

import hashlib
import ipaddress
import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts import guesses, staff
from app.accounts.guesses import Bound, Guess
from app.accounts.models import AdminUser
from app.config import Settings
from app.db import transaction
from app.web.admin.browsers import place

MOST = 10
MOST_OF_NETWORK = 50
MOST_OF_ACCOUNT = 100
MOST_CODES_OF_ACCOUNT = 20
MOST_LINKS = 5
"""Mails to one account; its inbox is not for flooding."""
MOST_LINKS_OF_NETWORK = 20
MARK = "known"
MARK_SECONDS = 180 * 86400


def password(*, email: str, password: str) -> AdminUser | None:
    """The person, if the password is right; None (and one guess less) if it is not. Raises `TooManyGuesses`."""
    bounds = _bounds(email, "password", of_account=MOST_OF_ACCOUNT)
    guess = _taken(bounds)
    user = staff.check_password(email=email, password=password)
    if user is None:
        note_wrong(guess, bounds, of=staff.by_email(email))
    else:
        taken_back(guess)
    return user


def code(user: AdminUser) -> tuple[Guess, list[Bound]]:
    """A guess at this person's code has been written down: `note_wrong` or `taken_back` ends it. Raises `TooManyGuesses`."""
    bounds = _bounds(user.email, "code", of_account=MOST_CODES_OF_ACCOUNT)
    return _taken(bounds), bounds


def note_wrong(guess: Guess, bounds: list[Bound], *, of: AdminUser | None) -> None:
    """Counts it among the acts: under the account it was about, or under the network when nobody has the account."""
    on, counted = (f"staff:{of.id}", bounds[0]) if of is not None else ("", bounds[-1])
    with transaction() as session:
        guesses.note_wrong(session, guess, key=counted.key, most=counted.most, on=on, where=place(request.remote_addr or ""))


def taken_back(guess: Guess) -> None:
    """It was right."""
    with transaction() as session:
        guesses.give_back(session, guess)


def link_may_be_sent(email: str) -> bool:
    """Whether one more link may be mailed for this account and from this network."""
    account, here = _digest(email), network(request.remote_addr or "")
    try:
        _taken([Bound(f"link account {account}", MOST_LINKS), Bound(f"link network {here}", MOST_LINKS_OF_NETWORK)])
    except guesses.TooManyGuesses:
        return False
    return True


def mark_browser(response: Response, user: AdminUser) -> None:
    """Lets this browser have a bound of its own from now on."""
    settings: Settings = current_app.extensions["settings"]
    value = _serializer().dumps([_digest(user.email), secrets.token_hex(8)])
    text = value.decode() if isinstance(value, bytes) else value
    response.set_cookie(_mark_name(settings), text, max_age=MARK_SECONDS, secure=settings.https, httponly=True, samesite="Lax", path="/")


def _taken(bounds: list[Bound]) -> Guess:
    with transaction() as session:
        return guesses.take(session, bounds)


def _bounds(email: str, what: str, *, of_account: int) -> list[Bound]:
    """The narrowest first, the network last."""
    account, here = _digest(email), network(request.remote_addr or "")
    if browser := _known_browser(account):
        return [Bound(f"{what} browser {browser}", MOST)]
    return [
        Bound(f"{what} account {account} network {here}", MOST),
        Bound(f"{what} account {account}", of_account),
        Bound(f"{what} network {here}", MOST_OF_NETWORK),
    ]


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
    """The browser's own mark, if it signed in to this account before."""
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
