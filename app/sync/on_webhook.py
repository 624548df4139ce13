"""Inbox handler: Cal.com told us something about a booking."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.bookings.lifecycle import Cause, record
from app.bookings.notices import MailPolicy
from app.inbox.models import InboxMessage, InboxState
from app.inbox.process import Outcome
from app.sync.translate import KINDS, NotUnderstood, facts_of

MAX_TRIGGER = 100


def handle(session: Session, message: InboxMessage, *, policy: MailPolicy) -> Outcome:
    """What became of one delivery; its facts, booking and mails are in the session."""
    try:
        body = _parse(message.body or b"")
    except NotUnderstood as error:
        return Outcome(InboxState.IGNORED, error=str(error))
    trigger = body.get("triggerEvent")
    if not isinstance(trigger, str):
        return Outcome(InboxState.IGNORED, error="no triggerEvent: not a delivery of Cal.com's own form")
    trigger = trigger.replace("\x00", "").encode("utf-8", "replace").decode()[:MAX_TRIGGER]
    if trigger not in KINDS:
        return Outcome(InboxState.IGNORED, trigger=trigger)
    try:
        facts = facts_of(body)
    except NotUnderstood as error:
        return Outcome(InboxState.DEAD, trigger=trigger, error=str(error))
    booking = record(session, facts, cause=Cause("cal.com", trigger, message.id), policy=policy)
    return Outcome(InboxState.PROCESSED, trigger=trigger, booking_id=booking.id if booking else None)


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        msg = f"not JSON ({type(error).__name__})"
        raise NotUnderstood(msg) from None
    if not isinstance(parsed, dict):
        msg = f"JSON, but {type(parsed).__name__} instead of an object"
        raise NotUnderstood(msg)
    return parsed
