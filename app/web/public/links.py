"""Signed links to one booking: who holds the link may see it, move it and cancel it.

The signature is over the reference alone and does not expire: the link stands in mails and in calendar entries,
which people open months later. It dies with `SECRET_KEY` and its fallbacks.
"""

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

SALT = "booking-link"
LEAVE_SALT = "leave-sequence"


def sign_booking(reference: str) -> str:
    """The token that opens the pages of a booking (`?t=`)."""
    signed = _serializer().dumps(reference)
    return signed.decode() if isinstance(signed, bytes) else signed


def opens_booking(token: str, reference: str) -> bool:
    """Whether a token was made for this reference."""
    try:
        return bool(_serializer().loads(token) == reference)
    except BadSignature:
        return False


def manage_url(reference: str) -> str:
    """The path of the page on which a booking is moved or cancelled."""
    return url_for("public.manage", reference=reference, t=sign_booking(reference))


def calendar_url(reference: str) -> str:
    """The path of the calendar file of a booking."""
    return url_for("public.calendar_file", reference=reference, t=sign_booking(reference))


def sign_leave(email: str, sequence: str) -> str:
    """The token with which this person leaves a sequence of mails (`/unsubscribe/<token>`)."""
    signed = _serializer(LEAVE_SALT).dumps([email, sequence])
    return signed.decode() if isinstance(signed, bytes) else signed


def leaving(token: str) -> tuple[str, str] | None:
    """Address and sequence that a token was made for; None when it is none of ours."""
    try:
        email, sequence = _serializer(LEAVE_SALT).loads(token)
    except (BadSignature, TypeError, ValueError):
        return None
    return str(email), str(sequence)


def _serializer(salt: str = SALT) -> URLSafeSerializer:
    settings = current_app.extensions["settings"]
    return URLSafeSerializer([*reversed(settings.SECRET_KEY_FALLBACKS), current_app.secret_key], salt=salt)
