"""Raw bodies are kept for a while, their digests for ever: a replayed old body still changes nothing."""

from datetime import timedelta

from sqlalchemy import select, update

from app import clock
from app.db import db, transaction
from app.inbox.models import InboxMessage, InboxState

BATCH = 200
DONE = (InboxState.PROCESSED, InboxState.IGNORED)


def purge(*, days: int, limit: int = 5 * BATCH) -> int:
    """Empties bodies and headers of settled deliveries older than so many days; returns how many. Dead ones keep theirs.

    Small transactions, so that a receipt never waits long; what is left over is done the next time.
    """
    done = 0
    before = clock.now() - timedelta(days=days)
    old = InboxMessage.received_at < before, InboxMessage.state.in_(DONE), InboxMessage.body.is_not(None)
    while done < limit:
        db.session.rollback()
        numbers = list(db.session.scalars(select(InboxMessage.id).where(*old).order_by(InboxMessage.id).limit(BATCH)))
        db.session.rollback()
        if not numbers:
            break
        with transaction() as session:
            session.execute(update(InboxMessage).where(InboxMessage.id.in_(numbers)).values(body=None, headers={}))
        done += len(numbers)
    return done
