"""Who may send a mail: claimed for a while, marked right before the point of no return, let go when the worker died.

A row is claimed with a fencing token and a lease. Right before the final dot of SMTP `cross` writes that moment onto the
row if, and only if, the lease is still ours and nothing is held. So a crash tells the two cases apart:

* `sending` without that moment: nothing can have left. It is planned again when the lease ends, and facts that no longer
  want the mail may still take it back.
* `sending` with it: nobody can know. Reminders and sequences stay `unknown`, since two are worse than one too few; other
  mail goes out once more with the same Message-ID, so that a relay or a mail program can drop the second copy.

The moment is committed without waiting for the disk (the outcome is not): a dead worker cannot lose it. Only if the
database's machine loses power in these milliseconds may one mail a worker go out twice. Waiting would halve the rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Integer, Update, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import UTCDateTime, db, transaction
from app.outbox import gate
from app.outbox.models import WAITING, OutboxHold, OutboxMessage, OutboxPause, OutboxState
from app.outbox.pen import Pen

LEASE = timedelta(seconds=240)
"""Longer than everything before the point of no return can take; from there it begins anew."""
NEEDED = timedelta(seconds=200)
"""What must be left of the lease when a mail is begun: all steps of the conversation, slow ones too."""
BATCH = 5
MOST_CRASHES = 25
UNKNOWN = "the machine stopped while it was being handed over: it may have arrived"
DIED = "the machine stopped before it was handed over"
PLAIN = {"synchronize_session": False}
ONCE = ("reminder", "follow_up", "re_engagement")
"""Kinds that are not sent again when nobody knows whether they arrived."""


class NotOurs(Exception):
    """The lease has gone to somebody else, or the outbox is held. Nothing may leave."""


@dataclass(frozen=True)
class Claim:
    """Rows that are ours for now, oldest first; `asks` when they are to find out whether the mail server is back."""

    messages: Sequence[OutboxMessage] = ()
    asks: bool = False

    @property
    def full(self) -> bool:
        """Whether there may be more where these came from."""
        return len(self.messages) == BATCH


def _claims(*, while_away: bool) -> Update:
    """The CTE matters: PostgreSQL may run a plain subquery once per row."""
    now = bindparam("now", type_=UTCDateTime())
    due = select(OutboxMessage.id).where(WAITING, OutboxMessage.due_at <= now, ~exists(select(OutboxHold.id)))
    if not while_away:
        due = due.where(~exists(select(OutboxPause.host)))
    first = due.order_by(OutboxMessage.due_at, OutboxMessage.id).limit(bindparam("most", type_=Integer()))
    chosen = first.with_for_update(skip_locked=True, of=OutboxMessage).cte("due")
    values = {"state": OutboxState.SENDING, "attempts": OutboxMessage.attempts + 1}
    given = {"lease_until": bindparam("until", type_=UTCDateTime()), "lease_token": bindparam("token")}
    return update(OutboxMessage).where(OutboxMessage.id.in_(select(chosen.c.id))).values(values | given).returning(*OutboxMessage.__table__.c)


def is_of(message: OutboxMessage) -> ColumnElement[bool]:
    """The row of a message for as long as its claim is the last one."""
    return and_(OutboxMessage.id == message.id, OutboxMessage.lease_token == message.lease_token)


MINE = and_(OutboxMessage.id == bindparam("row"), OutboxMessage.lease_token == bindparam("mine"))
"""The same for statements that are made once."""

_CLAIM, _CLAIM_WHILE_AWAY = _claims(while_away=False), _claims(while_away=True)
_CROSS = (
    update(OutboxMessage)
    .where(
        MINE,
        OutboxMessage.state == OutboxState.SENDING,
        OutboxMessage.lease_until > bindparam("now", type_=UTCDateTime()),
        ~exists(select(OutboxHold.id)),
    )
    .values(handed_over_at=bindparam("now", type_=UTCDateTime()), lease_until=bindparam("until", type_=UTCDateTime()))
)


def claim(pen: Pen, token: str, *, after: Claim) -> Claim:
    """Takes up to `BATCH` due rows; a claim that a power cut undoes is no loss.

    One statement while there is plenty to do. Only without rows it is looked what stands in the way, if anything: so an
    idle worker reads and never asks for the write lock.
    """
    now = clock.now()
    values = {"now": now, "until": now + LEASE, "token": token}
    if after.full and (messages := _messages(pen, _CLAIM, values | {"most": BATCH})):
        return Claim(messages)
    db.session.rollback()
    state = gate.look(now)
    db.session.rollback()
    if not state.open:
        return Claim()
    if not state.asks:
        return Claim(_messages(pen, _CLAIM, values | {"most": BATCH}))
    with transaction() as session:
        if not gate.ask(session, now):
            return Claim()
    return Claim(_messages(pen, _CLAIM_WHILE_AWAY, values | {"most": 1}), asks=True)


def _messages(pen: Pen, statement: Update, values: dict[str, object]) -> list[OutboxMessage]:
    rows = pen.take(statement, values, durable=False)
    return sorted((OutboxMessage(**row) for row in rows), key=lambda message: (message.due_at, message.id))


def cross(pen: Pen, message: OutboxMessage) -> None:
    """Notes down the point of no return. Raises `NotOurs` unless the lease is ours now and nothing is held."""
    now = clock.now()
    until = now + LEASE
    marked = pen.change(_CROSS, {"row": message.id, "mine": message.lease_token, "now": now, "until": until}, durable=False)
    if not marked or clock.now() >= until - NEEDED:
        raise NotOurs


def give_back(messages: Sequence[OutboxMessage], *, why: str = "") -> None:
    """As if they had not been claimed; a reason is kept where one is known."""
    for message in messages:
        with transaction() as session:
            values: dict[str, object] = {"why": f"{gate.WAITS}{why}"} if why else {}
            again = OutboxState.RETRYING if message.attempts > 1 or why else OutboxState.PLANNED
            change = update(OutboxMessage).where(is_of(message), OutboxMessage.state == OutboxState.SENDING)
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
