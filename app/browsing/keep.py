"""Keeps what browsers tell, up to a bound for each visitor, and forgets it in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.browsing.models import BrowserMoment
from app.db import db, insert, transaction

MOST_OF_A_VISITOR = 100
"""Moments of one visitor; a visitor is one browser for at most an hour."""
BATCH = 1000


@dataclass(frozen=True)
class Moment:
    """One thing that happened in a browser."""

    at: datetime
    kind: str
    page: str
    about: str = ""


def keep(session: Session, visitor_hash: str, moments: Sequence[Moment]) -> int:
    """How many of these moments were kept: no more than the visitor has room for."""
    there = session.scalar(select(func.count()).where(BrowserMoment.visitor_hash == visitor_hash)) or 0
    rows = [
        {"visitor_hash": visitor_hash, "at": moment.at, "kind": moment.kind, "page": moment.page, "about": moment.about}
        for moment in moments[: max(0, MOST_OF_A_VISITOR - there)]
    ]
    if rows:
        session.execute(insert(BrowserMoment), rows)
    return len(rows)


def forget_old(*, days: int, most: int = 20 * BATCH) -> int:
    """Removes moments that are older than so many days; returns how many. In small transactions; what is left over is done the next time."""
    done, before = 0, clock.now() - timedelta(days=days)
    while done < most:
        db.session.rollback()
        numbers = list(db.session.scalars(select(BrowserMoment.id).where(BrowserMoment.at < before).order_by(BrowserMoment.at).limit(BATCH)))
        db.session.rollback()
        if not numbers:
            break
        with transaction() as session:
            session.execute(delete(BrowserMoment).where(BrowserMoment.id.in_(numbers)).execution_options(synchronize_session=False))
        done += len(numbers)
    return done
