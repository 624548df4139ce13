"""Carry out what the outbox owes: claim by lease, run the handler, one commit per mail.

A row is claimed with a fencing token and a lease that outlives every timeout of the handler. A worker that dies leaves
`sending`; when the lease ends the row becomes `unknown`, because nobody can know whether the server had said "250".
Unknown service mail is sent once more with the same Message-ID, so that a receiving server can drop the second copy.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import structlog
from sqlalchemy import select, update

from app import clock
from app.db import DatabaseBusy, db, transaction
from app.outbox.models import OutboxMessage, OutboxState

LEASE = timedelta(seconds=120)
BATCH = 5
PAUSES = [timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 6 * 3600, 24 * 3600)]
UNKNOWN = "crashed while sending: it may have arrived"

log = structlog.get_logger()


class Skip(Exception):
    """The handler looked at the state and found that this must not go out; the text says why."""


class Later(Exception):
    """It could not be done now (network, server busy); the text says why."""


class Never(Exception):
    """It can not be done at all (refused, bad address); the text says why."""


Handler = Callable[[OutboxMessage], str]
"""Carries out one side effect and returns the subject that it had."""


def run(handler: Handler, *, limit: int = 200, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Delivers what is due, oldest first; returns how many rows were taken."""
    done = 0
    try:
        release_abandoned()
        while done < limit and not should_stop():
            token = uuid4().hex
            numbers = _claim(token)
            if not numbers:
                break
            for number in numbers:
                _deliver(handler, number, token)
            done += len(numbers)
    except DatabaseBusy:
        log.info("outbox waits: the database is busy")
    return done


def _claim(token: str) -> list[int]:
    """Takes up to `BATCH` due rows. The CTE matters: PostgreSQL may run a plain subquery once per row."""
    now = clock.now()
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state.in_([OutboxState.PLANNED, OutboxState.RETRYING]), OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    if not _anything_due(now):
        return []
    with transaction() as session:
        taken = update(OutboxMessage).where(OutboxMessage.id.in_(select(due.c.id))).returning(OutboxMessage.id)
        values = {"state": OutboxState.SENDING, "lease_until": now + LEASE, "lease_token": token, "attempts": OutboxMessage.attempts + 1}
        return sorted(session.scalars(taken.values(values)))


def _anything_due(now: object) -> bool:
    """A look in a reading transaction, so that an idle worker never asks for the write lock."""
    db.session.rollback()
    waiting = OutboxMessage.state.in_([OutboxState.PLANNED, OutboxState.RETRYING])
    found = db.session.scalar(select(OutboxMessage.id).where(waiting, OutboxMessage.due_at <= now).limit(1))
    db.session.rollback()
    return found is not None


def _deliver(handler: Handler, number: int, token: str) -> None:
    message = db.session.get(OutboxMessage, number)
    if message is None or message.lease_token != token or (message.lease_until or clock.now()) <= clock.now():
        db.session.rollback()
        return
    db.session.expunge(message)
    attempts = message.attempts
    try:
        subject = handler(message)
    except Skip as skipped:
        _settle(number, token, state=OutboxState.CANCELLED, why=str(skipped))
    except Never as refused:
        _settle(number, token, state=OutboxState.DEAD, why=str(refused))
    except Later as later:
        _retry(number, token, attempts, str(later))
    except Exception as error:
        log.exception("mail failed", outbox=number, kind=message.kind)
        _retry(number, token, attempts, f"{type(error).__name__}: an error of our own, see the log")
    else:
        _settle(number, token, state=OutboxState.SENT, why="", sent_at=clock.now(), subject=subject)


def _retry(number: int, token: str, attempts: int, why: str) -> None:
    if attempts > len(PAUSES):
        _settle(number, token, state=OutboxState.DEAD, why=f"given up after {attempts} attempts: {why}")
    else:
        _settle(number, token, state=OutboxState.RETRYING, why=why, due_at=clock.now() + PAUSES[attempts - 1])


def _settle(number: int, token: str, **values: object) -> None:
    """Writes the outcome, unless the lease has gone to somebody else meanwhile."""
    db.session.rollback()
    with transaction() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == number, OutboxMessage.lease_token == token).values(lease_until=None, lease_token="", **values)
        )


def release_abandoned(*, everything: bool = False) -> None:
    """Lets go of rows whose worker died: unknown at first; a service mail then goes out once more.

    `everything` does not wait for the leases to end: only for a process that knows that no other one is sending.
    """
    now = clock.now()
    abandoned = OutboxMessage.state == OutboxState.SENDING, OutboxMessage.lease_until < (now + LEASE * 2 if everything else now)
    db.session.rollback()
    found = db.session.scalar(select(OutboxMessage.id).where(*abandoned).limit(1))
    db.session.rollback()
    if found is None:
        return
    with transaction() as session:
        again = update(OutboxMessage).where(*abandoned, OutboxMessage.attempts < 2, OutboxMessage.kind.not_like("reminder%"))
        session.execute(again.values(state=OutboxState.RETRYING, due_at=now, why=UNKNOWN, lease_until=None, lease_token=""))
        session.execute(update(OutboxMessage).where(*abandoned).values(state=OutboxState.UNKNOWN, why=UNKNOWN, lease_until=None, lease_token=""))


def retry(number: int) -> bool:
    """Plans a dead, unknown or waiting side effect anew, for now; False when it has gone out or was cancelled."""
    with transaction() as session:
        states = [OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.RETRYING, OutboxState.PLANNED]
        changed = session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == number, OutboxMessage.state.in_(states))
            .values(state=OutboxState.PLANNED, due_at=clock.now(), attempts=0, why="sent again by hand")
            .returning(OutboxMessage.id)
        )
        return changed.scalar() is not None
