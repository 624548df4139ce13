"""What is next and what happened last, for the first page of the admin area: a handful of rows, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from app import clock
from app.bookings.models import Booking, BookingChange, Status
from app.db import db

LIVE = (Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED)
LONGEST = timedelta(days=31)
"""A meeting longer than this is not looked for among those that run now."""
CHANGES_EACH = 10
"""No more lines than this are read for each piece of news: one moment of a booking may have written two of them."""
LOOKED_AT = 2000
"""So many lines of history are read for the news: a host with few bookings must not make us read all of it."""


@dataclass(frozen=True)
class News:
    """Something that happened to a booking."""

    at: datetime
    reference: str
    name: str
    title: str
    start: datetime
    what: str
    """The status that it came to have, or `moved`."""


def next_meetings(*, host: str = "", limit: int = 8) -> Sequence[Booking]:
    """Meetings that run or come next, by start; those of one host if an address is given."""
    now = clock.now()
    query = _live(host).where(Booking.status.in_(LIVE), Booking.start > now - LONGEST, Booking.end > now)
    return list(db.session.scalars(query.order_by(Booking.start, Booking.id).limit(limit)))


def requests_to_answer(*, host: str = "", limit: int = 6) -> Sequence[Booking]:
    """Requests that wait for a yes or a no and have not begun, the next one first."""
    query = _live(host).where(Booking.status == Status.PENDING, Booking.start > clock.now())
    return list(db.session.scalars(query.order_by(Booking.start, Booking.id).limit(limit)))


def unpaid(*, host: str = "", limit: int = 100) -> int:
    """How many bookings to come wait for their payment, counted no further than `limit`."""
    query = _live(host).where(Booking.status == Status.AWAITING_PAYMENT, Booking.start > clock.now())
    some = query.with_only_columns(Booking.id).limit(limit).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def news(*, host: str = "", limit: int = 6) -> list[News]:
    """Bookings that were made, moved, confirmed, cancelled or declined last, the newest first; each booking once for a moment."""
    newest = db.session.scalar(select(func.max(BookingChange.id))) or 0
    query = (
        select(BookingChange, Booking)
        .join(Booking, Booking.id == BookingChange.booking_id)
        .where(BookingChange.id > newest - LOOKED_AT, BookingChange.field.in_(("status", "start")), Booking.alias_of_id.is_(None))
        .order_by(BookingChange.id.desc())
    )
    if host:
        query = query.where(Booking.host_email == host)
    found: dict[tuple[int, datetime], News] = {}
    for change, booking in db.session.execute(query.limit(limit * CHANGES_EACH)):
        if change.field == "start" and change.old is None:
            continue  # how it was first heard of; the status says that
        what = "moved" if change.field == "start" else str(change.new)
        key = booking.id, change.at
        if key not in found and len(found) == limit:
            break
        found.setdefault(key, News(change.at, booking.reference, booking.booker_name or booking.booker_email, booking.title, booking.start, what))
    return list(found.values())


def _live(host: str) -> Select[Booking]:
    query = select(Booking).where(Booking.alias_of_id.is_(None))
    return query.where(Booking.host_email == host) if host else query
