"""Who wants no more mails of a sequence: one row for each person and sequence."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import OptOut
from app.db import insert

EVERY = "all"
"""Stands for every sequence, also those to come."""


def leave(session: Session, *, email: str, sequence: str, source: str) -> None:
    """This person gets no more mails of the sequence; saying it twice changes nothing."""
    row = insert(OptOut).values(email=_known_as(email), sequence=sequence, at=clock.now(), source=source)
    session.execute(row.on_conflict_do_nothing(index_elements=["email", "sequence"]))


def come_back(session: Session, *, email: str, sequence: str) -> None:
    """Takes it back for one sequence (or `EVERY`)."""
    session.execute(delete(OptOut).where(OptOut.email == _known_as(email), OptOut.sequence == sequence))


def has_left(session: Session, *, email: str, sequence: str) -> OptOut | None:
    """The row by which this person left the sequence, or all of them; None when they did not."""
    mine = select(OptOut).where(OptOut.email == _known_as(email), OptOut.sequence.in_([sequence, EVERY]))
    return session.scalar(mine.order_by(OptOut.at, OptOut.id).limit(1))


def newest(session: Session, *, limit: int = 20) -> Sequence[OptOut]:
    """Who left last, newest first."""
    return session.scalars(select(OptOut).order_by(OptOut.at.desc(), OptOut.id.desc()).limit(limit)).all()


def of_person(session: Session, *, email: str) -> Sequence[OptOut]:
    """Everything that this person left, oldest first."""
    return session.scalars(select(OptOut).where(OptOut.email == _known_as(email)).order_by(OptOut.at, OptOut.id)).all()


def _known_as(email: str) -> str:
    return email.strip().lower()
