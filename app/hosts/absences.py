"""Keep what Cal.com says about absences."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db, insert
from app.hosts.models import Absence


@dataclass(frozen=True)
class SaidAbsence:
    """One absence as it was told at one moment; times are aware UTC."""

    uuid: str
    host_email: str
    start: datetime
    end: datetime
    reason: str
    notes: str
    stand_in_email: str
    said_at: datetime


def keep(session: Session, said: SaidAbsence) -> None:
    """Stores an absence; an older word about the same one changes nothing."""
    row = insert(Absence).values(**asdict(said))
    newer = {name: getattr(row.excluded, name) for name in asdict(said) if name != "uuid"}
    session.execute(row.on_conflict_do_update(index_elements=["uuid"], set_=newer, where=Absence.said_at < row.excluded.said_at))


def everything() -> list[Absence]:
    """Every absence, by its start."""
    return list(db.session.scalars(select(Absence).order_by(Absence.start, Absence.id)))
