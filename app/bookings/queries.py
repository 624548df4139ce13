"""Every SELECT on bookings. Aliases never show; each list has a complete order."""

import base64
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from app import clock
from app.bookings.errors import BookingNotFound
from app.bookings.models import Booking, BookingChange, BookingFact, Status
from app.db import db

PAGE = 50
LONGEST = timedelta(days=31)
"""A meeting longer than this leaves the upcoming ones before it ends."""
MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class Filters:
    """What to show; empty means everything."""

    status: str = ""
    event_type: str = ""
    host: str = ""
    text: str = ""
    """Looked for in name, e-mail address, reference and title."""
    since: datetime | None = None
    until: datetime | None = None
    over: bool | None = None
    """Only meetings that have ended (true) or have not (false)."""


@dataclass(frozen=True)
class Page:
    """One page of a list; `older` and `newer` are bookmarks for the pages before and after it in time, empty at the ends."""

    bookings: Sequence[Booking]
    older: str
    newer: str


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
    return list(db.session.scalars(query.order_by(Booking.updated_at.desc(), Booking.id.desc())))


def everything(*, limit: int | None = None) -> Iterator[Booking]:
    """Every booking by start, then number; in batches, so that memory stays flat."""
    query = _visible().options(selectinload(Booking.addresses))
    # The reference is random: it decides last, so that equal records list in the same order on every site.
    query = query.order_by(Booking.start, Booking.end, Booking.booker_email, Booking.title, Booking.status, Booking.reference)
    yield from db.session.scalars(query.limit(limit).execution_options(yield_per=500))


def page(filters: Filters, *, older_than: str = "", newer_than: str = "", soonest_first: bool = False, size: int = PAGE) -> Page:
    """One page of bookings by start, latest or soonest first. A bookmark that cannot be read means the first page."""
    query, place = _filtered(_visible(), filters), (Booking.start, Booking.id)
    newer_mark, older_mark = _read_mark(newer_than), _read_mark(older_than)
    upwards = newer_mark is not None or (soonest_first and older_mark is None)
    mark = newer_mark or older_mark
    if mark:
        query = query.where(tuple_(*place) > mark if upwards else tuple_(*place) < mark)
    order = place if upwards else (Booking.start.desc(), Booking.id.desc())
    rows = list(db.session.scalars(query.order_by(*order).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if not rows:
        return Page(rows, older="", newer="")
    earliest, latest = (rows[0], rows[-1]) if upwards else (rows[-1], rows[0])
    if upwards != soonest_first:
        rows.reverse()
    goes_on, came_from = more, mark is not None
    return Page(
        rows,
        older=_mark(earliest) if (came_from if upwards else goes_on) else "",
        newer=_mark(latest) if (goes_on if upwards else came_from) else "",
    )


def starting_between(begin: datetime, end: datetime) -> list[Booking]:
    """Bookings of every status that begin in this span, by start."""
    return list(db.session.scalars(_visible().where(Booking.start >= begin, Booking.start < end).order_by(Booking.start, Booking.id)))


def holding_time(begin: datetime, end: datetime, *, host_emails: Collection[str] = ()) -> list[Booking]:
    """Bookings that take up time of this span, by start: confirmed, asked for or held for a payment; of these hosts, if any are named."""
    overlaps = Booking.start < end, Booking.end > begin, Booking.start > begin - LONGEST
    query = _visible().where(*overlaps, Booking.status.in_((Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED)))
    if host_emails:
        query = query.where(func.lower(Booking.host_email).in_({email.lower() for email in host_emails}))
    return list(db.session.scalars(query.order_by(Booking.start, Booking.id)))


def changed_between(begin: datetime, end: datetime) -> list[Booking]:
    """Bookings that were made or last changed in this span, by start."""
    return list(db.session.scalars(_visible().where(Booking.updated_at >= begin, Booking.updated_at < end).order_by(Booking.start, Booking.id).limit(200)))


def waiting_for_the_host() -> list[Booking]:
    """Requests that wait for an answer, by start."""
    return list(db.session.scalars(_visible().where(Booking.status == Status.PENDING).order_by(Booking.start, Booking.id).limit(200)))


def count(filters: Filters, *, up_to: int = 10_000) -> int:
    """How many bookings match, counted no further than `up_to`."""
    some = _filtered(select(Booking.id).where(Booking.alias_of_id.is_(None)), filters).limit(up_to).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def event_types() -> list[str]:
    """Slugs of all event types that were ever booked, sorted."""
    return list(db.session.scalars(select(Booking.event_type).where(Booking.event_type != "").distinct().order_by(Booking.event_type)))


def changes_of(booking: Booking) -> list[BookingChange]:
    """The booking's history and that of the rows that became part of it, oldest first."""
    ids = select(Booking.id).where(or_(Booking.id == booking.id, Booking.alias_of_id == booking.id))
    return list(db.session.scalars(select(BookingChange).where(BookingChange.booking_id.in_(ids)).order_by(BookingChange.at, BookingChange.id)))


def row_numbers(booking: Booking) -> list[int]:
    """The booking's row number and those of the rows that became part of it."""
    return [booking.id, *db.session.scalars(select(Booking.id).where(Booking.alias_of_id == booking.id).order_by(Booking.id))]


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


def delivery_ids(booking: Booking) -> list[int]:
    """Numbers of the deliveries that said something about this booking, oldest first."""
    uids = booking.uids
    found = or_(BookingFact.uid.in_(uids), BookingFact.linked_uid.in_(uids))
    query = select(BookingFact.inbox_id).where(found, BookingFact.inbox_id.is_not(None)).distinct().order_by(BookingFact.inbox_id)
    return [number for number in db.session.scalars(query) if number is not None]


def _visible() -> Select[Booking]:
    return select(Booking).where(Booking.alias_of_id.is_(None))


def _filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = []
    if filters.status == Status.COMPLETED:
        conditions.append(and_(Booking.status == Status.CONFIRMED, Booking.end <= clock.now()))
    elif filters.status == Status.CONFIRMED:
        conditions.append(and_(Booking.status == Status.CONFIRMED, Booking.end > clock.now()))
    elif filters.status:
        conditions.append(Booking.status == filters.status)
    if filters.event_type:
        conditions.append(Booking.event_type == filters.event_type)
    if filters.host:
        conditions.append(Booking.host_email == filters.host)
    if filters.since:
        conditions.append(Booking.start >= filters.since)
    if filters.until:
        conditions.append(Booking.start < filters.until)
    if filters.over is not None:
        conditions += _over(over=filters.over)
    if text := filters.text.strip():
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (Booking.booker_name, Booking.booker_email, Booking.reference, Booking.title)
        conditions.append(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    return query.where(*conditions)


def _over(*, over: bool) -> list[ColumnElement[bool]]:
    """By the end; the bound on the start says nothing new, it lets the index on it begin at the right place."""
    now = clock.now()
    return [Booking.end <= now, Booking.start <= now] if over else [Booking.end > now, Booking.start > now - LONGEST]


def _mark(booking: Booking) -> str:
    return base64.urlsafe_b64encode(json.dumps([booking.start.isoformat(), booking.id]).encode()).decode()


def _read_mark(text: str) -> tuple[datetime, int] | None:
    try:
        start, number = json.loads(base64.urlsafe_b64decode(text))
        mark = datetime.fromisoformat(start).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return (mark, number) if isinstance(number, int) and abs(number) <= MAX_ID else None
