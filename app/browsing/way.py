"""The way to one booking: what happened in the browser before it, and not what led to another booking from there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.browsing.keep import MOST_OF_A_VISITOR, Moment
from app.browsing.kinds import BOOKED, OPENED
from app.browsing.models import BrowserMoment
from app.db import db

CLOCKS_DIFFER = timedelta(minutes=2)
"""Cal.com dates the booking, we date the moments, and the frame may say half a minute late that it has booked."""
AFTERWARDS = timedelta(minutes=5)
"""For so long after the booking the visit may go on to its end, such as a payment."""


def to_booking(visitor_hash: str, *, booked_at: datetime) -> list[Moment]:
    """The moments of this visitor that led to a booking made at this time, oldest first; empty without any."""
    if not visitor_hash:
        return []
    mine = BrowserMoment.visitor_hash == visitor_hash, BrowserMoment.at <= booked_at + AFTERWARDS
    rows = db.session.scalars(select(BrowserMoment).where(*mine).order_by(BrowserMoment.at, BrowserMoment.id).limit(2 * MOST_OF_A_VISITOR))
    return _leading(booked_at, [Moment(row.at, row.kind, row.page, row.about) for row in rows])


def _leading(booked_at: datetime, moments: Sequence[Moment]) -> list[Moment]:
    """The stretch that ends with the booking: from after the one before it, to the page that was opened after it."""
    ends = [place for place, moment in enumerate(moments) if moment.kind in BOOKED]
    near = [place for place in ends if abs(moments[place].at - booked_at) <= CLOCKS_DIFFER]
    if not near:
        earlier = [place for place in ends if moments[place].at < booked_at]
        return [moment for moment in moments[earlier[-1] + 1 if earlier else 0 :] if moment.at <= booked_at + CLOCKS_DIFFER]
    mine = min(near, key=lambda place: abs(moments[place].at - booked_at))
    begin = max((place + 1 for place in ends if place < mine), default=0)
    end = next((place for place in range(mine + 1, len(moments)) if moments[place].kind in {OPENED, *BOOKED}), len(moments))
    return list(moments[begin:end])
