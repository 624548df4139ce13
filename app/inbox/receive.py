"""Store a signed delivery once, byte for byte; nothing else happens before the answer.

One Core insert, so that a receipt costs little more than the disk's own sync. An exact repeat only counts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import clock
from app.db import insert
from app.inbox.models import InboxMessage, InboxState

KEPT_HEADERS = ("content-type", "user-agent", "x-cal-webhook-version", "x-cal-signature-256")


@dataclass(frozen=True)
class Receipt:
    """What the sender is told."""

    id: int
    repeats: int


def receive(session: Session, *, body: bytes, headers: Mapping[str, str], subscription: str, secret: str) -> Receipt:
    """The receipt for a delivery whose signature has been checked; it is on disk when the transaction ends."""
    now = clock.now()
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    row = insert(InboxMessage).values(
        digest=hashlib.sha256(body).hexdigest(), received_at=now, subscription=subscription, secret=secret, body=body,
        headers=kept, state=InboxState.WAITING, repeats=0, attempts=0, due_at=now,
    )  # fmt: skip
    stored = row.on_conflict_do_update(index_elements=["digest"], set_={"repeats": InboxMessage.repeats + 1}).returning(InboxMessage.id, InboxMessage.repeats)
    number, repeats = session.execute(stored).one()
    return Receipt(id=number, repeats=repeats)
