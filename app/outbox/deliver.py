"""Carry out what the outbox owes: claim by lease (`lease.py`), run the handler, one commit per mail.

The handler calls `cross` right before the point of no return; what it raises or returns decides what becomes of the row.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import bindparam, update

from app import clock
from app.away import DatabaseBusy
from app.db import UTCDateTime, transaction, write_one
from app.outbox import gate, lease
from app.outbox.lease import NotOurs
from app.outbox.models import OutboxMessage, OutboxState
from app.outbox.pen import Pen

PAUSES = [timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 6 * 3600, 24 * 3600)]
SETTLE_PAUSES = (0.0, 0.1, 0.5, 2.0, 5.0, 10.0, 20.0)
"""How long an outcome is kept when the database is away, in seconds between two tries."""
ANSWERED = (OutboxState.SENT, OutboxState.RETRYING, OutboxState.UNKNOWN)
"""Outcomes that show that a mail server is there again."""

log = structlog.get_logger()


class Skip(Exception):
    """The handler looked at the state and found that this must not go out; the text says why."""


class Later(Exception):
    """It could not be done now (network, server busy); the text says why."""


class Away(Later):
    """The other side is away for everybody: all others wait as well, without having tried."""

    def __init__(self, why: str, *, host: str = "") -> None:
        super().__init__(why)
        self.host = host


class Never(Exception):
    """It can not be done at all (refused, bad address); the text says why."""


class Unsure(Exception):
    """It was handed over, and nobody can know how that ended; the text says why."""


Handler = Callable[[OutboxMessage, Callable[[], None]], str]
"""Carries out one side effect, calls the second argument right before the point of no return, returns the subject."""

Watch = Callable[[str], None]
"""Is told the points that are passed. Tests end the process there."""

Prepare = Callable[[Sequence[OutboxMessage]], None]
"""Is told which side effects come next, so that what they need can be read together."""

_SENT = (
    update(OutboxMessage)
    .where(lease.MINE)
    .values(
        state=OutboxState.SENT, why="", sent_at=bindparam("now", type_=UTCDateTime()), subject=bindparam("said"),
        lease_until=None, lease_token="", handed_over_at=None,
    )
)  # fmt: skip


def run(
    handler: Handler,
    *,
    prepare: Prepare = lambda _: None,
    limit: int = 200,
    should_stop: Callable[[], bool] = lambda: False,
    watch: Watch = lambda _: None,
) -> int:
    """Delivers what is due, oldest first; returns how many rows were taken."""
    done = 0
    claim = lease.Claim()
    try:
        lease.release_abandoned()
        with Pen() as pen:
            while done < limit and not should_stop():
                watch("before claim")
                claim = lease.claim(pen, uuid4().hex, after=claim)
                if not claim.messages:
                    break
                watch("after claim")
                done += len(claim.messages)
                if not _batch(handler, prepare, claim, pen, watch):
                    break
    except DatabaseBusy:
        log.info("outbox waits: the database is busy")
    return done


def _batch(handler: Handler, prepare: Prepare, claim: lease.Claim, pen: Pen, watch: Watch) -> bool:
    """Whether it makes sense to claim more; what was not begun is given back as it was."""
    for place, message in enumerate(messages := claim.messages):
        if (message.lease_until or clock.now()) - clock.now() < lease.NEEDED:
            lease.give_back(messages[place:])
            return True
        try:
            if not place:
                prepare(messages)
            _deliver(handler, message, pen, _Settler(message, pen, watch, asks=claim.asks))
        except Away as away:
            lease.give_back(messages[place + 1 :], why=str(away))
            return False
        except NotOurs:
            lease.give_back(messages[place:])
            return False
        except DatabaseBusy:
            _patiently(partial(lease.give_back, messages[place:]), message, within=SETTLE_PAUSES[:3])
            raise
    return True


def _deliver(handler: Handler, message: OutboxMessage, pen: Pen, settle: "_Settler") -> None:
    """One mail to its end. Raises `Away`, `NotOurs` and `DatabaseBusy` when the others of the batch have to wait too."""
    crossed = False

    def cross() -> None:
        nonlocal crossed
        lease.cross(pen, message)
        crossed = True

    try:
        subject = handler(message, cross)
    except Skip as skipped:
        settle({"state": OutboxState.CANCELLED, "why": str(skipped)})
    except Never as refused:
        settle({"state": OutboxState.DEAD, "why": str(refused)})
    except Unsure as error:
        settle(_after_unknown(message, str(error)))
    except Away as away:
        settle(_retry(message, f"{gate.WAITS}{away}"), away=away)
        raise
    except Later as later:
        settle(_retry(message, str(later)))
    except (NotOurs, DatabaseBusy):
        raise
    except Exception as error:
        log.exception("mail failed", outbox=message.id, kind=message.kind)
        why = f"{type(error).__name__}: an error of our own, see the log"
        settle(_after_unknown(message, why) if crossed else _retry(message, why))
    else:
        settle.sent(subject)


def _retry(message: OutboxMessage, why: str) -> dict[str, object]:
    if message.attempts > len(PAUSES):
        return {"state": OutboxState.DEAD, "why": f"given up after {message.attempts} attempts: {why}"}
    return {"state": OutboxState.RETRYING, "why": why, "due_at": clock.now() + PAUSES[message.attempts - 1]}


def _after_unknown(message: OutboxMessage, why: str) -> dict[str, object]:
    """The policy for what nobody can know, see `lease.py`."""
    if message.unsure or message.kind.startswith(lease.ONCE):
        return {"state": OutboxState.UNKNOWN, "why": why, "unsure": message.unsure + 1}
    return {"state": OutboxState.RETRYING, "why": why, "unsure": 1, "due_at": clock.now() + PAUSES[1]}


class _Settler:
    """Writes the outcome of one mail, unless the row has gone to somebody else meanwhile."""

    def __init__(self, message: OutboxMessage, pen: Pen, watch: Watch, *, asks: bool) -> None:
        self._message = message
        self._pen = pen
        self._watch = watch
        self._asks = asks

    def sent(self, subject: str) -> None:
        """The good end, of which there are many: one statement that is made once."""
        if self._asks:
            self({"state": OutboxState.SENT, "why": "", "sent_at": clock.now(), "subject": subject})
            return
        values = {"row": self._message.id, "mine": self._message.lease_token, "now": clock.now(), "said": subject}

        def write() -> None:
            self._watch("before commit")
            self._pen.change(_SENT, values)

        _patiently(write, self._message)

    def __call__(self, values: dict[str, object], *, away: Away | None = None) -> None:
        """Tries for a while when the database is away: an outcome that is not written down is one that nobody knows."""
        _patiently(lambda: self._write(away, values), self._message)

    def _write(self, away: Away | None, values: dict[str, object]) -> None:
        now = clock.now()
        change = update(OutboxMessage).where(lease.is_of(self._message)).values(lease_until=None, lease_token="", handed_over_at=None, **values)
        self._watch("before commit")
        if away is None and not self._asks:
            write_one(change)
            return
        with transaction() as session:
            session.execute(change, execution_options=lease.PLAIN)
            if away is not None:
                gate.close(session, host=away.host, why=str(away), now=now)
            elif values["state"] in ANSWERED:
                gate.open_again(session, now=now)


def _patiently(write: Callable[[], None], message: OutboxMessage, *, within: tuple[float, ...] = SETTLE_PAUSES) -> None:
    for pause in within:
        if pause:
            time.sleep(pause)
        try:
            write()
        except DatabaseBusy:
            log.warning("outcome of a mail waits for the database", outbox=message.id)
        else:
            return


def retry(number: int) -> bool:
    """Plans a dead, unknown or waiting side effect anew, for now; False when it has gone out or was cancelled."""
    with transaction() as session:
        states = [OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.RETRYING, OutboxState.PLANNED]
        values = {"state": OutboxState.PLANNED, "due_at": clock.now(), "why": "sent again by hand", "lease_token": "", "handed_over_at": None}
        fresh = {"attempts": 0, "crashes": 0, "unsure": 0}
        changed = update(OutboxMessage).where(OutboxMessage.id == number, OutboxMessage.state.in_(states)).values(values | fresh)
        return session.execute(changed.returning(OutboxMessage.id)).scalar() is not None
