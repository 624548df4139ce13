"""Who signed the deliveries that came: the bodies and their signatures are kept, so this is computed and not remembered."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select

from app.calcom.webhook import SIGNATURE_HEADER, matching_secret
from app.db import db
from app.inbox.models import InboxMessage
from app.inbox.round_trip import TRIGGER

MOST = 500
"""The newest so many are looked at."""


def signed_with(secrets: Iterable[str], *, subscription: str, since: datetime, made_since: datetime | None = None) -> int:
    """How many deliveries of Cal.com came since then that one of these secrets signed; `made_since`: and were made since then."""
    good = list(secrets)
    rows = select(InboxMessage.body, InboxMessage.headers).where(InboxMessage.subscription == subscription, InboxMessage.received_at >= since)
    newest = rows.where(InboxMessage.body.is_not(None)).order_by(InboxMessage.received_at.desc(), InboxMessage.id.desc()).limit(MOST)
    count = 0
    for body, headers in db.session.execute(newest):
        if matching_secret(good, body, headers.get(SIGNATURE_HEADER.lower())) is None:
            continue
        made = _made(body)
        count += made is not None and (made_since is None or made > made_since)
    return count


def _made(body: bytes) -> datetime | None:
    """When a delivery was made, as its envelope says (the beginning of time when it does not); None for a round trip of our own."""
    unknown = datetime.min.replace(tzinfo=UTC)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return unknown
    if not isinstance(said, dict):
        return unknown
    if said.get("triggerEvent") == TRIGGER:
        return None
    try:
        found = datetime.fromisoformat(str(said.get("createdAt")))
    except ValueError:
        return unknown
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
