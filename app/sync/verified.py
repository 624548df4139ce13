"""How many of our upcoming bookings stand as they do at Cal.com."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app import clock
from app.bookings.models import Booking
from app.bookings.question import LONGEST
from app.db import db
from app.sync.held import LIVE_STATUSES


def upcoming(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What makes a booking one that is still to come; the bound on the start lets an index begin near today."""
    return Booking.alias_of_id.is_(None), Booking.status.in_(LIVE_STATUSES), Booking.end > now, Booking.start > now - LONGEST


def verified() -> tuple[int, int]:
    """Upcoming bookings that Cal.com's word is known of, and all upcoming ones.

    To be asked when a run ends: then every row that Cal.com made or changed has been compared, and each that it did not
    show was asked for by itself. What is missing there is not verified.
    """
    mine = upcoming(clock.now())
    total = db.session.scalar(select(func.count()).select_from(Booking).where(*mine)) or 0
    missing = db.session.scalar(select(func.count()).select_from(Booking).where(*mine, Booking.missing_since.is_not(None))) or 0
    return total - missing, total
