"""Keeps what browsers tell, up to a bound for each visitor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.browsing.models import BrowserMoment
from app.db import insert

MOST_OF_A_VISITOR = 100
"""Moments of one visitor; a visitor is one browser for at most an hour."""


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
