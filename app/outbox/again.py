"""Plans many mails anew that failed: those that were chosen, or all that a filter finds."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from app import clock
from app.db import db, transaction
from app.errands import Step
from app.outbox import queries
from app.outbox.models import BY_STAFF, OutboxMessage, OutboxState
from app.outbox.queries import STUCK, Filters

KIND = "resend"
STEP = 200
FRESH = {"state": OutboxState.PLANNED, "attempts": 0, "crashes": 0, "unsure": 0, "lease_token": "", "handed_over_at": None}
BY_HAND = "sent again by hand"


def plan(session: Session, numbers: Collection[int]) -> int:
    """Plans those of these mails anew, for now, that failed or of which nobody knows whether they arrived; how many."""
    mine = update(OutboxMessage).where(OutboxMessage.id.in_(numbers), OutboxMessage.state.in_(STUCK))
    changed = mine.values(due_at=clock.now(), why=BY_HAND, **FRESH).returning(OutboxMessage.id)
    return len(session.execute(changed, execution_options={"synchronize_session": False}).all()) if numbers else 0


def step(what: Mapping[str, Any], cursor: int) -> Step | None:
    """One step of an errand: the next failed mails that a filter finds, oldest first."""
    db.session.rollback()
    numbers = queries.following(Filters.from_subject(what), after=cursor, limit=STEP)
    db.session.rollback()
    if not numbers:
        return None
    with transaction() as session:
        planned = plan(session, numbers)
    return Step(cursor=numbers[-1], done=len(numbers), counts={"planned": planned})


def cancel(session: Session, number: int, *, reason: str) -> bool:
    """Takes back a mail that waits, for this reason; False when it has left, is leaving, or waits no more.

    It stays so when facts ask for it again: `publish` leaves alone what begins with `BY_STAFF`. A mail for another time or
    another event is another row, and goes out.
    """
    waits = OutboxMessage.state.in_([OutboxState.PLANNED, OutboxState.RETRYING])
    values = {"state": OutboxState.CANCELLED, "why": f"{BY_STAFF}: {reason}" if reason else BY_STAFF, "lease_until": None, "lease_token": ""}
    return _changed(session, update(OutboxMessage).where(OutboxMessage.id == number, waits).values(values))


def allow(session: Session, number: int) -> bool:
    """Plans a mail again that staff had taken back, at its time or at once when that has passed; False when it is none of these."""
    taken_back = OutboxMessage.id == number, OutboxMessage.state == OutboxState.CANCELLED, OutboxMessage.why.startswith(BY_STAFF)
    return _changed(session, update(OutboxMessage).where(*taken_back).values(why="", **FRESH))


def _changed(session: Session, change: Update) -> bool:
    return session.execute(change.returning(OutboxMessage.id), execution_options={"synchronize_session": False}).first() is not None
