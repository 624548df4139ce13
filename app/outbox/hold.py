"""Hold the outbox: after a restore nothing may leave before somebody has looked at what is planned.

The row is in the database and not a setting, so that it holds every worker at once and comes along in a backup. It is
looked at before each claim and again at the point of no return, so that not even a mail on its way leaves.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.outbox.models import OutboxHold


def hold(session: Session, *, why: str) -> None:
    """Nothing leaves from here on; holding twice keeps the first moment and takes the new reason."""
    found = session.scalar(select(OutboxHold).order_by(OutboxHold.id).limit(1))
    if found is None:
        session.add(OutboxHold(since=clock.now(), why=why))
    else:
        found.why = why or found.why


def release(session: Session) -> bool:
    """Whatever is due leaves now; False when nothing was held."""
    return session.scalars(delete(OutboxHold).returning(OutboxHold.id)).first() is not None


def held() -> OutboxHold | None:
    """Since when and why nothing leaves; None when the outbox is open."""
    return db.session.scalar(select(OutboxHold).order_by(OutboxHold.id).limit(1))
