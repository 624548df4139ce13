"""Whether anything may leave now: not while the outbox is held, and only to ask while the mail server is away.

While a server is away, one connection attempt a second at most goes to it, from all workers together, and fewer the
longer it lasts; all other mails wait without using up their attempts. The row that says so is in the database, since
that is what the workers share. As soon as one mail gets an answer, whatever waited for the server is due at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from app.db import db, insert
from app.outbox.models import WAITING, OutboxHold, OutboxMessage, OutboxPause, OutboxState

ASK = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=60)
WAITS = "waits for the mail server: "
"""What the reason of a mail begins with that waits for the server and not for anything of its own."""


@dataclass(frozen=True)
class Gate:
    """`open`: something is due and may leave. `asks`: but only one mail, to see whether the server is back."""

    open: bool
    asks: bool = False


def look(now: datetime) -> Gate:
    """How things stand, in one reading statement: an idle worker never asks for the write lock."""
    # In the order of the index: a plain EXISTS makes PostgreSQL read the table from its beginning, past all that was sent.
    due = select(OutboxMessage.id).where(WAITING, OutboxMessage.due_at <= now).order_by(OutboxMessage.due_at, OutboxMessage.id).limit(1).scalar_subquery()
    paused = select(func.max(OutboxPause.until)).scalar_subquery()
    anything, held, until = db.session.execute(select(due, exists(select(OutboxHold.id)), paused)).one()
    if anything is None or held or (until is not None and until > now):
        return Gate(open=False)
    return Gate(open=True, asks=until is not None)


def ask(session: Session, now: datetime) -> bool:
    """Whether it is the caller who may try to connect; for a second nobody else may."""
    turn = update(OutboxPause).where(OutboxPause.until <= now).values(until=now + ASK).returning(OutboxPause.host)
    return session.execute(turn, execution_options={"synchronize_session": False}).first() is not None


def close(session: Session, *, host: str, why: str, now: datetime) -> None:
    """The server is away: nobody connects for a while, twice as long as the last time, a minute at most."""
    failures = session.scalar(select(OutboxPause.failures).where(OutboxPause.host == host)) or 0
    until = now + min(ASK * 2 ** min(failures, 10), LONGEST_PAUSE)
    row = insert(OutboxPause).values(host=host, since=now, until=until, failures=failures + 1, why=why)
    session.execute(row.on_conflict_do_update(index_elements=["host"], set_={"until": until, "failures": failures + 1, "why": why}))


def open_again(session: Session, *, now: datetime) -> None:
    """The server is back."""
    session.execute(delete(OutboxPause))
    waited = OutboxMessage.state == OutboxState.RETRYING, OutboxMessage.due_at > now, OutboxMessage.why.startswith(WAITS)
    session.execute(update(OutboxMessage).where(*waited).values(due_at=now), execution_options={"synchronize_session": False})


def paused() -> OutboxPause | None:
    """What is known of a mail server that is away; None while all is well."""
    return db.session.scalar(select(OutboxPause).order_by(OutboxPause.until.desc()).limit(1))
