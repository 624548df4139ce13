"""What lost deliveries left behind: bookings that a comparison had to make or change, because nobody had told us.

A delivery that never came has no row of its own. Its trace is the run that repaired the booking. Whether it came after
all, late, is told by the facts: one that a delivery brought after the run, about something that was before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from app import clock
from app.bookings.models import Booking, BookingAddress, BookingFact
from app.db import db
from app.sync.models import SyncRun

LOOKED_AT = 5000
"""So many of the last runs are looked at: at the usual pace those of a month."""
RECENT = timedelta(days=7)
SHOWN = 10
"""Bookings that a gap names."""


@dataclass(frozen=True)
class Gap:
    """What one run repaired."""

    run: int
    at: datetime
    bookings: int
    """How many bookings there are; at most as many as a run remembers."""
    references: Sequence[str]
    """The first of them."""
    late: int
    """For how many of them a delivery came after all."""


def repaired(*, since: datetime | None = None, until: datetime | None = None, limit: int = 5) -> list[Gap]:
    """What comparisons repaired in a span of time (without one: in the last days), newest first."""
    begin = since or (clock.now() - RECENT if until is None else None)
    newest = select(func.max(SyncRun.id)).scalar_subquery()
    runs = select(SyncRun).where(SyncRun.id > newest - LOOKED_AT, SyncRun.repaired.is_not(None), SyncRun.started_at.is_not(None))
    if begin is not None:
        runs = runs.where(func.coalesce(SyncRun.ended_at, SyncRun.started_at) >= begin)
    if until is not None:
        runs = runs.where(func.coalesce(SyncRun.ended_at, SyncRun.started_at) < until)
    return [_gap(run) for run in db.session.scalars(runs.order_by(SyncRun.id.desc()).limit(limit)) if run.repaired]


def _gap(run: SyncRun) -> Gap:
    at = run.ended_at or run.heartbeat_at or run.started_at or run.asked_at
    numbers = [int(number) for number in run.repaired or ()]
    named = db.session.scalars(select(Booking.reference).where(Booking.id.in_(numbers)).order_by(Booking.start, Booking.id).limit(SHOWN)).all()
    same = and_(BookingFact.uid == BookingAddress.uid, BookingFact.seat == BookingAddress.seat)
    came = select(BookingAddress.booking_id).join(BookingFact, same).where(BookingAddress.booking_id.in_(numbers), BookingFact.inbox_id.is_not(None))
    late = came.where(BookingFact.at <= at, BookingFact.recorded_at >= at).distinct().subquery()
    return Gap(run.id, at, len(numbers), named, db.session.scalar(select(func.count()).select_from(late)) or 0)
