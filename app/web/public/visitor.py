"""Recognising the browser that made a booking, without writing anything when a page is shown.

The session cookie keeps a random secret and when it was made. What goes to Cal.com as metadata is a token derived
from it by HMAC: whoever reads the metadata cannot make the cookie from it. A booking keeps only the hash of the
token. A secret counts for an hour; after half an hour new pages get a new one, and the old one stays beside it
until its hour is over, so that a slow visitor still finds the booking.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import session

from app import clock

KEY = "visitor"
RENEW_AFTER = timedelta(minutes=30)
VALID_FOR = timedelta(minutes=60)


@dataclass(frozen=True)
class Visitor:
    """One secret of this browser that still counts."""

    secret: str
    since: datetime

    @property
    def token(self) -> str:
        """What Cal.com gets as `metadata[frontdesk_visitor]`."""
        digest = hmac.digest(self.secret.encode(), b"frontdesk visitor", "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")

    @property
    def hash(self) -> str:
        """What a booking keeps."""
        return hashlib.sha256(self.token.encode()).hexdigest()


def known_visitors() -> list[Visitor]:
    """The secrets of this browser that still count, newest first; empty for a stranger."""
    now = clock.now()
    found = []
    for entry in _entries():
        since = datetime.fromtimestamp(entry[1], UTC)
        if timedelta(0) <= now - since < VALID_FOR:
            found.append(Visitor(entry[0], since))
    return sorted(found, key=lambda visitor: visitor.since, reverse=True)


def current_visitor() -> Visitor:
    """The visitor for a page that hosts the embed; makes or renews the secret in the session cookie."""
    known = known_visitors()
    now = clock.now()
    if known and now - known[0].since < RENEW_AFTER:
        return known[0]
    fresh = Visitor(secrets.token_urlsafe(24), now.replace(microsecond=0))
    session[KEY] = [[visitor.secret, int(visitor.since.timestamp())] for visitor in [fresh, *known[:1]]]
    return fresh


def _entries() -> list[tuple[str, int]]:
    stored: Any = session.get(KEY)
    if not isinstance(stored, list):
        return []
    return [(entry[0], entry[1]) for entry in stored if isinstance(entry, list) and len(entry) == 2]
