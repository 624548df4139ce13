"""Side effects that no booking asks for, but the clock: each once, by its business key."""

from sqlalchemy import select

from app.db import db, transaction
from app.outbox.models import OutboxMessage
from app.outbox.publish import Wanted, publish


def asked_for(key: str) -> bool:
    """Whether a side effect with this business key was ever asked for."""
    return db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None


def ask_once(wanted: Wanted, *, message_domain: str) -> None:
    """Adds the side effect in a transaction of its own; two workers at once add it once."""
    with transaction() as session:
        publish(session, [wanted], booking_id=None, message_domain=message_domain)
