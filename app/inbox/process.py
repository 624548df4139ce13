"""Run the handler of each waiting delivery; whatever happens, the outcome stays on the row.

A delivery's facts, the bookings they change, the mails they ask for and its own state are one commit. So a crash at any
point leaves it waiting, and running it again is harmless (facts are unique). A few deliveries share a commit, for as
long as a sender may wait for the write lock; if one of them fails, all are run again one by one, so that it takes no
other with it. Errors of our own machine are retried with growing pauses; a body that cannot be understood never is.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.away import DatabaseBusy
from app.db import db, transaction
from app.inbox.models import UNFINISHED, InboxMessage, InboxState

PAUSES = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 6 * 3600)]
"""Before each further attempt; after the last one the delivery is dead and shows in the admin area."""
MAX_ERROR = 500
LIMIT = 200
BATCH = 16
BATCH_SECONDS = {"sqlite": 0.03, "postgresql": 0.25}
"""On SQLite receipts wait for the write lock meanwhile; on PostgreSQL nobody waits."""

ROWS = cast(Table, InboxMessage.__table__)
KEPT = ("state", "trigger", "error", "booking_id", "processed_at", "attempts")
KEEP = update(ROWS).where(ROWS.c.id == bindparam("number")).values({name: bindparam(name) for name in KEPT})

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What a handler made of a delivery."""

    state: InboxState
    trigger: str | None = None
    booking_id: int | None = None
    error: str | None = None


Handler = Callable[[Session, InboxMessage], Outcome]


def run(handler: Handler, *, limit: int = LIMIT, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Processes what is due, oldest first; returns how many deliveries were looked at."""
    done = 0
    while done < limit and not should_stop():
        numbers = _next_due(min(BATCH, limit - done))
        if not numbers:
            break
        try:
            together = _process_together(handler, numbers)
        except DatabaseBusy:
            break
        if not together:
            break  # another worker has them in hand
        done += together
    return done


def process_one(handler: Handler, number: int) -> None:
    """Processes one waiting delivery and keeps the outcome on its row."""
    try:
        with transaction() as session:
            keep(session, [outcome_of(handler, session, message) for message in _held(session, [number])])
    except DatabaseBusy:
        raise
    except Exception as error:
        log.exception("delivery failed", delivery=number)
        _keep_error(number, error)


def _process_together(handler: Handler, numbers: Sequence[int]) -> int:
    """Processes as many of them as fit into one short commit; returns how many."""
    outcomes: list[dict[str, Any]] = []
    until = time.monotonic() + BATCH_SECONDS[db.engine.dialect.name]
    try:
        with transaction() as session:
            for message in _held(session, numbers):
                if outcomes and time.monotonic() > until:
                    break
                outcomes.append(outcome_of(handler, session, message))
                session.flush()
            keep(session, outcomes)
    except DatabaseBusy:
        raise
    except Exception:
        log.info("deliveries are processed one by one, because one of them failed", exc_info=True)
        for number in numbers:
            process_one(handler, number)
        return len(numbers)
    return len(outcomes)


def _held(session: Session, numbers: Sequence[int]) -> Sequence[InboxMessage]:
    """Those of the deliveries that still wait and that no other worker holds; they are ours until the commit."""
    wanted = select(InboxMessage).where(InboxMessage.id.in_(numbers), UNFINISHED).order_by(InboxMessage.id)
    return session.scalars(wanted.with_for_update(skip_locked=True)).all()


def outcome_of(handler: Handler, session: Session, message: InboxMessage) -> dict[str, Any]:
    """What a delivery's row is to say after the handler has had it."""
    outcome = handler(session, message)
    return {
        "number": message.id, "state": outcome.state, "trigger": outcome.trigger or message.trigger, "error": outcome.error,
        "booking_id": outcome.booking_id or message.booking_id, "processed_at": clock.now(), "attempts": message.attempts + 1,
    }  # fmt: skip


def keep(session: Session, outcomes: Sequence[dict[str, Any]]) -> None:
    """All rows of a commit in one go."""
    if outcomes:
        session.connection().execute(KEEP, outcomes)


def _next_due(count: int) -> list[int]:
    db.session.rollback()
    found = list(db.session.scalars(select(InboxMessage.id).where(UNFINISHED, InboxMessage.due_at <= clock.now()).order_by(InboxMessage.id).limit(count)))
    db.session.rollback()
    return found


def _keep_error(number: int, error: Exception) -> None:
    with transaction() as session:
        message = session.get(InboxMessage, number)
        if message is None:
            return
        message.error = f"{type(error).__name__}: {error}"[:MAX_ERROR]
        if message.attempts < len(PAUSES):
            message.state, message.due_at = InboxState.RETRYING, clock.now() + PAUSES[message.attempts]
        else:
            message.state = InboxState.DEAD
        message.attempts += 1


def replay(number: int) -> None:
    """Puts one delivery back in the queue, to be processed at once; its facts make that harmless."""
    with transaction() as session:
        message = session.get(InboxMessage, number)
        if message is not None and message.body is not None:
            message.state, message.due_at, message.attempts, message.error = InboxState.WAITING, clock.now(), 0, None
