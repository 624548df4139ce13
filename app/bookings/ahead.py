"""What is next and what happened last, for the first page of the admin area: a handful of rows, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from app import clock
from app.bookings import finding
from app.bookings.models import Booking, BookingChange, Status
from app.bookings.question import Filters, Question, Stretch
from app.bookings.terms import EVERY, host_term
from app.db import db

LIVE = (Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED)
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
    found = [booking for status in LIVE for booking in finding.first(Filters(status=status, host=host, over=False), limit=limit)]
    return sorted(found, key=lambda booking: (booking.start, booking.id))[:limit]


def requests_to_answer(*, host: str = "", limit: int = 6) -> Sequence[Booking]:
    """Requests that wait for a yes or a no and have not begun, the next one first."""
    query = _live(host).where(Booking.status == Status.PENDING, Booking.start > clock.now())
    return list(db.session.scalars(query.order_by(Booking.start, Booking.id).limit(limit)))


def news(*, host: str = "", limit: int = 6) -> list[News]:
    """Bookings that were made, moved, confirmed, cancelled or declined last, the newest first; each booking once for a moment."""
    newest = db.session.scalar(select(func.max(BookingChange.id))) or 0
    theirs = Question((Stretch(host_term(host) if host else EVERY),)).others(BookingChange.booking_id)
    recent = BookingChange.id > newest - LOOKED_AT, BookingChange.field.in_(("status", "start"))
    lines = db.session.scalars(select(BookingChange).where(*recent, *theirs).order_by(BookingChange.id.desc()).limit(limit * CHANGES_EACH)).all()
    about = db.session.scalars(select(Booking).where(Booking.id.in_({line.booking_id for line in lines}))) if lines else ()
    bookings = {booking.id: booking for booking in about}
    found: dict[tuple[int, datetime], News] = {}
    for change in lines:
        booking = bookings[change.booking_id]
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
