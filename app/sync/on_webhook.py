"""Inbox handler: Cal.com told us something.

What changes a booking does so through its facts; what does not is kept, typed and visible. A body that cannot be
understood is ignored or dead at once: trying again cannot help, only faults of our own machine are retried.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.bookings.audit import Cause
from app.bookings.facts import Fact
from app.bookings.lifecycle import record
from app.bookings.notices import MailPolicy
from app.inbox.models import InboxMessage, InboxState
from app.inbox.process import Outcome
from app.sync.clean import text
from app.sync.evidence import EVIDENCE
from app.sync.kept import KEPT
from app.sync.older import as_envelope
from app.sync.translate import KINDS, NotUnderstood, facts_of, speaks_for_a_series

MAX_TRIGGER = 100
SERIES = "one of a series: the others send no word, the next sync reads them"


def handle(session: Session, message: InboxMessage, *, policy: MailPolicy) -> Outcome:
    """What became of one delivery; its facts, booking and mails are in the session."""
    try:
        body = _parse(message.body or b"")
    except NotUnderstood as error:
        return Outcome(InboxState.IGNORED, error=str(error))
    body = as_envelope(body, received_at=message.received_at) or body
    trigger = text(body.get("triggerEvent"))[:MAX_TRIGGER]
    if not trigger:
        return Outcome(InboxState.IGNORED, error="no triggerEvent: not a delivery of Cal.com's own form")
    try:
        if trigger in KEPT:
            KEPT[trigger](session, body, message.id)
            return Outcome(InboxState.PROCESSED, trigger=trigger)
        facts = _facts(trigger, body)
    except NotUnderstood as error:
        return Outcome(InboxState.DEAD, trigger=trigger, error=str(error))
    if not facts:
        return Outcome(InboxState.IGNORED, trigger=trigger)
    reason = f"{trigger} ({SERIES})" if speaks_for_a_series(body) else trigger
    booking = record(session, facts, cause=Cause("cal.com", reason, message.id), policy=policy)
    return Outcome(InboxState.PROCESSED, trigger=trigger, booking_id=booking.id if booking else None)


def _facts(trigger: str, body: Mapping[str, Any]) -> list[Fact]:
    if trigger in KINDS:
        return facts_of(body)
    return [EVIDENCE[trigger](body)] if trigger in EVIDENCE else []


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(f"not JSON ({type(error).__name__})") from None
    if not isinstance(parsed, dict):
        raise NotUnderstood(f"JSON, but {type(parsed).__name__} instead of an object")
    return parsed
