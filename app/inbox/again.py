"""Reads deliveries again, many at a time: one by number, or all that a filter finds.

A few share a commit, as when they came. What was known already changes nothing, so a replay that was killed simply does
its last few once more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import func, select

from app.away import DatabaseBusy
from app.db import db, transaction
from app.errands import Step, Work
from app.inbox import queries
from app.inbox.models import InboxMessage
from app.inbox.process import BATCH, Handler, keep, outcome_of, process_one, replay
from app.inbox.queries import Filters

KIND = "replay"

log = structlog.get_logger()


def steps(handler: Handler) -> Work:
    """Replays what an errand names (see `Filters.as_subject`), oldest first, a few with each step."""

    def step(what: Mapping[str, Any], cursor: int) -> Step | None:
        db.session.rollback()
        numbers = queries.following(Filters.from_subject(what), after=cursor, limit=BATCH)
        db.session.rollback()
        if not numbers:
            return None
        run(handler, numbers)
        return Step(cursor=numbers[-1], done=len(numbers), counts=_states(numbers))

    return step


def run(handler: Handler, numbers: Sequence[int]) -> None:
    """Reads these deliveries again; one that fails takes no other with it. Deliveries without a body stay as they are."""
    try:
        with transaction() as session:
            mine = select(InboxMessage).where(InboxMessage.id.in_(numbers), InboxMessage.body.is_not(None))
            outcomes = []
            for message in session.scalars(mine.order_by(InboxMessage.id).with_for_update(skip_locked=True)):
                message.attempts = 0
                outcomes.append(outcome_of(handler, session, message))
                session.flush()
            keep(session, outcomes)
    except DatabaseBusy:
        raise
    except Exception:
        log.info("deliveries are replayed one by one, because one of them failed", exc_info=True)
        for number in numbers:
            replay(number)
            process_one(handler, number)


def _states(numbers: Sequence[int]) -> dict[str, int]:
    db.session.rollback()
    rows = db.session.execute(select(InboxMessage.state, func.count()).where(InboxMessage.id.in_(numbers)).group_by(InboxMessage.state))
    return {row[0]: row[1] for row in rows}
