"""Identifiers in the form that Cal.com gives them."""

import secrets
import uuid

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_UID_LENGTH = 22


def new_uid() -> str:
    """A booking's uid: 22 characters without look-alikes."""
    return "".join(secrets.choice(_BASE58) for _ in range(_UID_LENGTH))


def ical_uid_for(uid: str) -> str:
    """The calendar UID that a chain of bookings keeps: the first uid at Cal.com."""
    return f"{uid}@Cal.com"


def new_secret() -> str:
    """A random id for a seat, a one-time password or a payment."""
    return str(uuid.uuid4())
