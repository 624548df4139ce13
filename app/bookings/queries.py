"""Every SELECT on bookings but the lists (`finding.py`). Aliases never show; each list has a complete order.

What is short is put in order here and not by the database, so that no plan of a query ever sorts.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from math import ceil

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from app import clock
from app.bookings.errors import BookingNotFound
from app.bookings.indexing import BookingTerm
from app.bookings.models import Booking, BookingAddress, BookingChange, BookingFact, Status
from app.bookings.question import LONGEST
from app.bookings.terms import EVERY, host_term
from app.db import db

BATCH = 500
NEWS = 200
"""So many bookings are named in a summary of the day."""


def status_of(booking: Booking) -> Status:
    """The status people see: a confirmed booking whose end has passed is completed."""
    if booking.status == Status.CONFIRMED and booking.end <= clock.now():
        return Status.COMPLETED
    return Status(booking.status)


def by_reference(reference: str) -> Booking:
    """The booking with this number; an alias leads to the booking that it became part of.

    Raises `BookingNotFound`.
    """
    booking = db.session.scalar(select(Booking).where(Booking.reference == reference.strip().upper()))
    while booking is not None and booking.alias_of_id is not None:
        booking = db.session.get(Booking, booking.alias_of_id)
    if booking is None:
        raise BookingNotFound(reference)
    return booking


def by_id(booking_id: int) -> Booking | None:
    """The booking with this row number, following aliases."""
    booking = db.session.get(Booking, booking_id)
    while booking is not None and booking.alias_of_id is not None:
        booking = db.session.get(Booking, booking.alias_of_id)
    return booking


def by_ids(numbers: Collection[int]) -> dict[int, Booking]:
    """The bookings with these row numbers, following aliases, read together and cut off from the session: nothing refreshes them."""
    rows = db.session.scalars(select(Booking).where(Booking.id.in_(numbers))).all() if numbers else []
    found = {row.id: row if row.alias_of_id is None else by_id(row.id) for row in rows}
    for booking in {*rows, *filter(None, found.values())}:
        db.session.expunge(booking)
    return {number: booking for number, booking in found.items() if booking is not None}


def for_visitor(*, visitor_hash: str, since: datetime) -> list[Booking]:
    """Bookings made from the browser that holds this token, changed since then, newest first."""
    if not visitor_hash:
        return []
    query = _visible().where(Booking.visitor_hash == visitor_hash, Booking.updated_at >= since)
    return sorted(db.session.scalars(query), key=lambda booking: (booking.updated_at, booking.id), reverse=True)


def everything(*, limit: int | None = None) -> Iterator[Booking]:
    """Every booking by start, then number; in batches, so that memory stays flat."""
    query = _visible().options(selectinload(Booking.addresses)).order_by(Booking.start, Booking.id)
    rows = db.session.scalars(query.execution_options(yield_per=BATCH))
    try:
        yield from islice((booking for _, together in groupby(rows, key=lambda row: row.start) for booking in sorted(together, key=_among_equals)), limit)
    finally:
        rows.close()


def _among_equals(booking: Booking) -> tuple[datetime, str, str, str, str]:
    """The reference is random: it decides last, so that equal records list in the same order on every site."""
    return booking.end, booking.booker_email, booking.title, booking.status, booking.reference


def starting_between(begin: datetime, end: datetime) -> list[Booking]:
    """Bookings of every status that begin in this span, by start."""
    return list(db.session.scalars(_visible().where(Booking.start >= begin, Booking.start < end).order_by(Booking.start, Booking.id)))


def holding_time(begin: datetime, end: datetime, *, host_emails: Collection[str] = ()) -> list[Booking]:
    """Bookings that take up time of this span, by start: confirmed, asked for or held for a payment; of these hosts, if any are named."""
    terms = {host_term(email) for email in host_emails} or {EVERY}
    near = BookingTerm.start < ceil(end.timestamp()), BookingTerm.start > int((begin - LONGEST).timestamp()), BookingTerm.end >= int(begin.timestamp())
    theirs = Booking.id.in_(select(BookingTerm.booking_id).where(BookingTerm.term.in_(terms), *near))
    holding = Booking.status.in_((Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED))
    found = db.session.scalars(_visible().where(theirs, holding, Booking.start < end, Booking.end > begin))
    return sorted(found, key=lambda booking: (booking.start, booking.id))


def changed_between(begin: datetime, end: datetime) -> list[Booking]:
    """Bookings that were made or last changed in this span, by start; of very many those that changed last."""
    changed = _visible().where(Booking.updated_at >= begin, Booking.updated_at < end)
    newest = db.session.scalars(changed.order_by(Booking.updated_at.desc(), Booking.id.desc()).limit(NEWS))
    return sorted(newest, key=lambda booking: (booking.start, booking.id))


def waiting_for_the_host() -> list[Booking]:
    """Requests that wait for an answer, by start."""
    return list(db.session.scalars(_visible().where(Booking.status == Status.PENDING).order_by(Booking.start, Booking.id).limit(NEWS)))


def changes_of(booking: Booking) -> list[BookingChange]:
    """The booking's history and that of the rows that became part of it, oldest first."""
    lines = db.session.scalars(select(BookingChange).where(BookingChange.booking_id.in_(row_numbers(booking))))
    return sorted(lines, key=lambda line: (line.at, line.id))


def row_numbers(booking: Booking) -> list[int]:
    """The booking's row number and those of the rows that became part of it."""
    return [booking.id, *sorted(db.session.scalars(select(Booking.id).where(Booking.alias_of_id == booking.id)))]


def references(numbers: Collection[int | None]) -> dict[int, str]:
    """Reference by row number, for lists that name bookings; an alias keeps its own, which still leads on."""
    wanted = {number for number in numbers if number is not None}
    rows = db.session.execute(select(Booking.id, Booking.reference).where(Booking.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def earlier_starts(booking: Booking) -> set[datetime]:
    """The times at which the booking stood before it was moved."""
    said = db.session.scalars(select(BookingChange.old).where(BookingChange.booking_id == booking.id, BookingChange.field == "start"))
    return {datetime.fromisoformat(start) for start in said if isinstance(start, str)}


def change_counts(bookings: Sequence[Booking]) -> dict[int, int]:
    """Number of history rows by booking id."""
    ids = [booking.id for booking in bookings]
    rows = db.session.execute(select(BookingChange.booking_id, func.count()).where(BookingChange.booking_id.in_(ids)).group_by(BookingChange.booking_id))
    return {row[0]: row[1] for row in rows}


def class_of(booking: Booking) -> list[Booking]:
    """Everybody who holds a seat of the same class, with this booking, by name; empty where it stands in no class or is over."""
    mine = booking.addresses[-1] if booking.addresses else None
    if mine is None or not mine.seat:
        return []
    here = select(BookingAddress.booking_id).where(BookingAddress.uid == mine.uid, BookingAddress.seat != "")
    live = Booking.status.in_((Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED))
    found = db.session.scalars(_visible().where(Booking.id.in_(here), live).options(selectinload(Booking.addresses)))
    return sorted((each for each in found if each.addresses[-1].uid == mine.uid), key=lambda each: (each.booker_name, each.booker_email, each.id))


def delivery_ids(booking: Booking) -> list[int]:
    """Numbers of the deliveries that said something about this booking, oldest first."""
    uids = booking.uids
    found = or_(BookingFact.uid.in_(uids), BookingFact.linked_uid.in_(uids))
    numbers = db.session.scalars(select(BookingFact.inbox_id).where(found, BookingFact.inbox_id.is_not(None)))
    return sorted({number for number in numbers if number is not None})


def _visible() -> Select[Booking]:
    return select(Booking).where(Booking.alias_of_id.is_(None))
