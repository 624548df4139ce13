"""However often a form is sent, Cal.com is asked once: the form carries a token, and the first who writes it down asks.

The row is committed before Cal.com is asked, so two presses of the button, two processes and a reload after a crash all
meet it. A row that nobody finished may be taken over after a while; who does so has to look at Cal.com before asking again.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import db, insert, transaction
from app.reception.models import BookingAttempt, Outcome

ABANDONED_AFTER = timedelta(seconds=60)
"""Longer than Cal.com is ever waited for."""
KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Known:
    """An attempt as somebody else left it."""

    outcome: Outcome
    why: str
    state: str


def digest(token: str) -> str:
    """What is kept of a token, and what Cal.com gets to know of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, token: str) -> bool:
    """Whether this is the first time that the form is sent; from then on it is ours to ask Cal.com."""
    row = {"token": digest(token), "outcome": Outcome.ASKING, "why": "", "state": "", "started_at": clock.now()}
    query = insert(BookingAttempt).values(row).on_conflict_do_nothing(index_elements=["token"])
    return session.scalar(query.returning(BookingAttempt.id)) is not None  # a count of rows is not told by every driver


def take_over(session: Session, token: str) -> bool:
    """Whether an attempt that was abandoned or left open is ours now."""
    now = clock.now()
    abandoned = (BookingAttempt.outcome == Outcome.ASKING) & (BookingAttempt.started_at < now - ABANDONED_AFTER)
    query = update(BookingAttempt).where(BookingAttempt.token == digest(token), abandoned | (BookingAttempt.outcome == Outcome.UNSURE))
    result = session.execute(query.values(outcome=Outcome.ASKING, started_at=now).execution_options(synchronize_session=False))
    return bool(cast("CursorResult[Any]", result).rowcount)


def end(session: Session, token: str, outcome: Outcome, *, why: str = "", state: str = "") -> None:
    """Writes down what became of it."""
    values = {"outcome": outcome, "why": why, "state": state}
    session.execute(update(BookingAttempt).where(BookingAttempt.token == digest(token)).values(values).execution_options(synchronize_session=False))


def withdraw(session: Session, token: str) -> None:
    """Cal.com has certainly not booked: the same form may be sent again."""
    session.execute(delete(BookingAttempt).where(BookingAttempt.token == digest(token)).execution_options(synchronize_session=False))


def known(token: str) -> Known | None:
    """What is known of an attempt now; None when nobody made it."""
    db.session.rollback()
    row = db.session.scalar(select(BookingAttempt).where(BookingAttempt.token == digest(token)).execution_options(populate_existing=True))
    return Known(Outcome(row.outcome), row.why, row.state) if row is not None else None


def forget_old() -> None:
    """Removes attempts that no open form can belong to any more."""
    old = BookingAttempt.started_at < clock.now() - KEPT_FOR
    if db.session.scalar(select(BookingAttempt.id).where(old).limit(1)) is not None:
        with transaction() as session:
            session.execute(delete(BookingAttempt).where(old).execution_options(synchronize_session=False))
