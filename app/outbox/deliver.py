"""Carry out what the outbox owes: claim by lease, run the handler, one commit per mail.

A row is claimed with a fencing token and a lease. Right before the point of no return (the final dot of SMTP) the
handler calls `cross`, which writes that moment onto the row if, and only if, the lease is still ours and nothing is
held. So a crash tells the two cases apart:

* `sending` without that moment: nothing can have left. It is planned again when the lease ends.
* `sending` with it: nobody can know. Reminders and sequences stay `unknown`, since two are worse than one too few; other
  mail goes out once more with the same Message-ID, so that a relay or a mail program can drop the second copy.

The moment is committed without waiting for the disk (the outcome is not): a dead worker cannot lose it. Only if the
database's machine loses power in these milliseconds may one mail a worker go out twice. Waiting would halve the rate.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, and_, case, exists, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import DatabaseBusy, db, transaction, write_one
from app.outbox import gate
from app.outbox.models import WAITING, OutboxHold, OutboxMessage, OutboxState

LEASE = timedelta(seconds=240)
"""Longer than everything before the point of no return can take; from there it begins anew."""
NEEDED = timedelta(seconds=200)
"""What must be left of the lease when a mail is begun: all steps of the conversation, slow ones too."""
BATCH = 5
PAUSES = [timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 6 * 3600, 24 * 3600)]
MOST_CRASHES = 25
SETTLE_PAUSES = (0.0, 0.1, 0.5, 2.0, 5.0, 10.0, 20.0)
"""How long an outcome is kept when the database is away, in seconds between two tries."""
UNKNOWN = "the machine stopped while it was being handed over: it may have arrived"
DIED = "the machine stopped before it was handed over"
PLAIN = {"synchronize_session": False}
ONCE = ("reminder", "follow_up", "re_engagement")
"""Kinds that are not sent again when nobody knows whether they arrived."""

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


class NotOurs(Exception):
    """`cross` says: the lease has gone to somebody else, or the outbox is held. Nothing may leave."""


Handler = Callable[[OutboxMessage, Callable[[], None]], str]
"""Carries out one side effect, calls the second argument right before the point of no return, returns the subject."""

Watch = Callable[[str], None]
"""Is told the points that are passed. Tests end the process there."""


def run(handler: Handler, *, limit: int = 200, should_stop: Callable[[], bool] = lambda: False, watch: Watch = lambda _: None) -> int:
    """Delivers what is due, oldest first; returns how many rows were taken."""
    done = 0
    try:
        release_abandoned()
        while done < limit and not should_stop():
            watch("before claim")
            token = uuid4().hex
            claim = _claim(token)
            if not claim.messages:
                break
            watch("after claim")
            done += len(claim.messages)
            if not _batch(handler, claim, watch):
                break
    except DatabaseBusy:
        log.info("outbox waits: the database is busy")
    return done


@dataclass(frozen=True)
class _Claim:
    """Rows that are ours for now; `asks` when they are to find out whether the mail server is back."""

    messages: list[OutboxMessage]
    asks: bool = False


def _claim(token: str) -> _Claim:
    """Takes up to `BATCH` due rows; a claim that a power cut undoes is no loss. The CTE matters: PostgreSQL may run a plain subquery once per row."""
    db.session.rollback()
    state = gate.look(now := clock.now())
    db.session.rollback()
    if not state.open:
        return _Claim([])
    due = select(OutboxMessage.id).where(WAITING, OutboxMessage.due_at <= now).order_by(OutboxMessage.due_at, OutboxMessage.id)
    chosen = due.limit(1 if state.asks else BATCH).with_for_update(skip_locked=True).cte("due")
    with transaction(durable=False) as session:
        if state.asks and not gate.ask(session, now):
            return _Claim([])
        values = {"state": OutboxState.SENDING, "lease_until": now + LEASE, "lease_token": token, "attempts": OutboxMessage.attempts + 1}
        taken = update(OutboxMessage).where(OutboxMessage.id.in_(select(chosen.c.id))).values(values).returning(OutboxMessage)
        messages = list(session.scalars(taken.execution_options(synchronize_session=False, populate_existing=True)))
        for message in messages:
            session.expunge(message)
    return _Claim(sorted(messages, key=lambda message: (message.due_at, message.id)), asks=state.asks)


def _batch(handler: Handler, claim: _Claim, watch: Watch) -> bool:
    """Whether it makes sense to claim more; what was not begun is given back as it was."""
    for place, message in enumerate(messages := claim.messages):
        if (message.lease_until or clock.now()) - clock.now() < NEEDED:
            _give_back(messages[place:])
            return True
        try:
            _deliver(handler, message, _Settler(message, watch, asks=claim.asks))
        except Away as away:
            _give_back(messages[place + 1 :], why=str(away))
            return False
        except NotOurs:
            _give_back(messages[place:])
            return False
        except DatabaseBusy:
            _patiently(partial(_give_back, messages[place:]), message, within=SETTLE_PAUSES[:3])
            raise
    return True


def _deliver(handler: Handler, message: OutboxMessage, settle: "_Settler") -> None:
    """One mail to its end. Raises `Away`, `NotOurs` and `DatabaseBusy` when the others of the batch have to wait too."""
    crossed = False

    def cross() -> None:
        nonlocal crossed
        _cross(message)
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
        settle({"state": OutboxState.SENT, "why": "", "sent_at": clock.now(), "subject": subject})


def _cross(message: OutboxMessage) -> None:
    """Notes down the point of no return. Raises `NotOurs` unless the lease is ours now and nothing is held."""
    now = clock.now()
    until = now + LEASE
    ours = and_(_is(message), OutboxMessage.state == OutboxState.SENDING, OutboxMessage.lease_until > now)
    mark = update(OutboxMessage).where(ours, ~exists(select(OutboxHold.id))).values(handed_over_at=now, lease_until=until)
    if not write_one(mark, durable=False) or clock.now() >= until - NEEDED:
        raise NotOurs


def _retry(message: OutboxMessage, why: str) -> dict[str, object]:
    if message.attempts > len(PAUSES):
        return {"state": OutboxState.DEAD, "why": f"given up after {message.attempts} attempts: {why}"}
    return {"state": OutboxState.RETRYING, "why": why, "due_at": clock.now() + PAUSES[message.attempts - 1]}


def _after_unknown(message: OutboxMessage, why: str) -> dict[str, object]:
    """The policy for what nobody can know, see the top of the module."""
    if message.unsure or message.kind.startswith(ONCE):
        return {"state": OutboxState.UNKNOWN, "why": why, "unsure": message.unsure + 1}
    return {"state": OutboxState.RETRYING, "why": why, "unsure": 1, "due_at": clock.now() + PAUSES[1]}


class _Settler:
    """Writes the outcome of one mail, unless the row has gone to somebody else meanwhile."""

    def __init__(self, message: OutboxMessage, watch: Watch, *, asks: bool) -> None:
        self._message = message
        self._watch = watch
        self._asks = asks

    def __call__(self, values: dict[str, object], *, away: Away | None = None) -> None:
        """Tries for a while when the database is away: an outcome that is not written down is one that nobody knows."""
        _patiently(lambda: self._write(away, values), self._message)

    def _write(self, away: Away | None, values: dict[str, object]) -> None:
        now = clock.now()
        change = update(OutboxMessage).where(_is(self._message)).values(lease_until=None, lease_token="", handed_over_at=None, **values)
        self._watch("before commit")
        if away is None and not self._asks:
            write_one(change)
            return
        with transaction() as session:
            session.execute(change, execution_options=PLAIN)
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


def _is(message: OutboxMessage) -> ColumnElement[bool]:
    return and_(OutboxMessage.id == message.id, OutboxMessage.lease_token == message.lease_token)


def _give_back(messages: list[OutboxMessage], *, why: str = "") -> None:
    """As if they had not been claimed; a reason is kept where one is known."""
    for message in messages:
        with transaction() as session:
            values: dict[str, object] = {"why": f"{gate.WAITS}{why}"} if why else {}
            again = OutboxState.RETRYING if message.attempts > 1 or why else OutboxState.PLANNED
            change = update(OutboxMessage).where(_is(message), OutboxMessage.state == OutboxState.SENDING)
            values |= {"state": again, "attempts": message.attempts - 1, "lease_until": None, "lease_token": "", "handed_over_at": None}
            session.execute(change.values(values), execution_options=PLAIN)


def release_abandoned(*, everything: bool = False) -> None:
    """Lets go of rows whose worker died, see the top of the module.

    `everything` does not wait for the leases to end: only for a process that knows that no other one is sending.
    """
    now = clock.now()
    abandoned = and_(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.lease_until < (now + LEASE * 2 if everything else now))
    db.session.rollback()
    found = db.session.scalar(select(OutboxMessage.id).where(abandoned).limit(1))
    db.session.rollback()
    if found is None:
        return
    unmarked = OutboxMessage.handed_over_at.is_(None)
    once = or_(OutboxMessage.unsure > 0, *(OutboxMessage.kind.startswith(kind) for kind in ONCE))
    too_often = OutboxMessage.crashes >= MOST_CRASHES
    with transaction() as session:
        _release(session, and_(abandoned, unmarked, too_often), state=OutboxState.DEAD, why=f"given up: {DIED}, {MOST_CRASHES} times", lease_token="")
        planned = {"attempts": case((OutboxMessage.attempts > 0, OutboxMessage.attempts - 1), else_=0), "crashes": OutboxMessage.crashes + 1}
        _release(session, and_(abandoned, unmarked), state=OutboxState.RETRYING, why=DIED, lease_token="", **planned)
        # These keep their token: should the worker only have been slow, it still writes down how it really ended.
        _release(session, and_(abandoned, ~once), state=OutboxState.RETRYING, why=UNKNOWN, due_at=now, unsure=1)
        _release(session, abandoned, state=OutboxState.UNKNOWN, why=UNKNOWN, unsure=OutboxMessage.unsure + 1)


def _release(session: Session, rows: ColumnElement[bool], **values: object) -> None:
    change = update(OutboxMessage).where(rows).values(lease_until=None, handed_over_at=None, **values)
    session.execute(change, execution_options=PLAIN)


def retry(number: int) -> bool:
    """Plans a dead, unknown or waiting side effect anew, for now; False when it has gone out or was cancelled."""
    with transaction() as session:
        states = [OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.RETRYING, OutboxState.PLANNED]
        values = {"state": OutboxState.PLANNED, "due_at": clock.now(), "why": "sent again by hand", "lease_token": "", "handed_over_at": None}
        fresh = {"attempts": 0, "crashes": 0, "unsure": 0}
        changed = update(OutboxMessage).where(OutboxMessage.id == number, OutboxMessage.state.in_(states)).values(values | fresh)
        return session.execute(changed.returning(OutboxMessage.id)).scalar() is not None
