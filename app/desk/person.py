"""One person: their bookings page by page, the mails they got, what they left, in figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select, text, tuple_

from app import clock
from app.accounts import opt_outs
from app.accounts.models import Customer, OptOut
from app.bookings.models import NO_SHOW, Booking, Status
from app.bookings.schedule import booker_absent
from app.db import db
from app.outbox.models import OutboxMessage

PAGE = 25
MAILS = 50
MOST_ABSENCES = 1000


@dataclass(frozen=True)
class Figures:
    """A person's bookings, counted."""

    all: int
    upcoming: int
    cancelled: int
    no_shows: int


@dataclass(frozen=True)
class Page:
    """Some of a person's bookings, the latest first; the marks lead on, None at the ends."""

    bookings: Sequence[Booking]
    later: tuple[datetime, int] | None
    earlier: tuple[datetime, int] | None


def numbered(number: int) -> Customer | None:
    """The person with this number."""
    return db.session.get(Customer, number)


def bookings_of(number: int, *, earlier_than: tuple[datetime, int] | None = None, later_than: tuple[datetime, int] | None = None, size: int = PAGE) -> Page:
    """One page of the person's bookings."""
    place, back = (Booking.start, Booking.id), later_than is not None
    query = _of(select(Booking), number)
    if mark := later_than or earlier_than:
        query = query.where(tuple_(*place) > mark if back else tuple_(*place) < mark)
    rows = list(db.session.scalars(query.order_by(*(column if back else column.desc() for column in place)).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    if not rows:
        return Page((), None, None)
    before, after = (more, True) if back else (earlier_than is not None, more)
    first, last = rows[0], rows[-1]
    return Page(rows, later=(first.start, first.id) if before else None, earlier=(last.start, last.id) if after else None)


def figures_of(number: int) -> Figures:
    """The person's bookings, counted."""
    live = Booking.status.in_((Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED)) & (Booking.start > clock.now())
    sums: list[Any] = [func.count(), func.count(case((live, 1))), func.count(case((Booking.status == Status.CANCELLED, 1)))]
    everything, upcoming, cancelled = db.session.execute(_of(select(*sums).select_from(Booking), number)).one()
    absences = db.session.scalars(_of(select(Booking), number).where(text(NO_SHOW)).limit(MOST_ABSENCES))
    return Figures(everything, upcoming, cancelled, no_shows=sum(booker_absent(booking) for booking in absences))


def mails_of(customer: Customer) -> list[OutboxMessage]:
    """The newest mails to this person about their bookings, newest first."""
    query = select(OutboxMessage).join(Booking, Booking.id == OutboxMessage.booking_id).where(Booking.customer_id == customer.id)
    query = query.where(func.lower(OutboxMessage.recipient) == customer.email)
    return list(db.session.scalars(query.order_by(OutboxMessage.due_at.desc(), OutboxMessage.id.desc()).limit(MAILS)))


def left_by(customer: Customer) -> dict[str, OptOut]:
    """What the person left, by sequence (`all` for every one)."""
    return {row.sequence: row for row in opt_outs.of_person(db.session(), email=customer.email)}


def _of(query: Select[Any], number: int) -> Select[Any]:
    return query.where(Booking.customer_id == number, Booking.alias_of_id.is_(None))
