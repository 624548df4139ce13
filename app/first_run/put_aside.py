"""Steps that somebody does not want to take now, or the whole page: put aside, and taken up again."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.db import db, insert
from app.first_run.models import FirstStep

ALL = "all"


def names() -> set[str]:
    """What is put aside."""
    return set(db.session.scalars(select(FirstStep.name)))


def put_aside(session: Session, name: str) -> None:
    """Puts a step aside, or the whole page (`ALL`)."""
    session.execute(insert(FirstStep).values(name=name, put_aside_at=clock.now()).on_conflict_do_nothing(index_elements=["name"]))


def take_up(session: Session, name: str) -> None:
    """The step counts again."""
    session.execute(delete(FirstStep).where(FirstStep.name == name))
