"""What a list of Cal.com's cannot prove is asked one by one: bookings it does not show, seats that are not in their class."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app import clock
from app.bookings.audit import Cause
from app.bookings.facts import Address, Fact, Kind
from app.bookings.lifecycle import record, take_turn
from app.bookings.models import Booking, BookingAddress
from app.bookings.policy import MailPolicy
from app.calcom.client import Client
from app.calcom.errors import NotFound
from app.calcom.types import Booking as Said
from app.db import db
from app.sync.compare import left_class, moment, seated
from app.sync.from_api import Row
from app.sync.held import Held, held_at
from app.sync.intake import SYNC, Intake
from app.sync.models import SyncRun
from app.sync.verified import upcoming, verified

SUSPICIOUS = 20
"""More missing bookings than these, and more than a quarter of all: then rather the key is another one."""

Write = Callable[[Callable[[SyncRun], None]], None]


def absent_from(shown: Collection[str], *, begin: datetime, end: datetime | None) -> list[str]:
    """Uids of upcoming bookings of ours that start in this span and are not among those shown."""
    other = aliased(BookingAddress)
    last = select(func.max(other.position)).where(other.booking_id == Booking.id).scalar_subquery()
    query = (
        select(BookingAddress.uid)
        .join(Booking, Booking.id == BookingAddress.booking_id)
        .where(*upcoming(clock.now()), BookingAddress.position == last, Booking.start >= begin, *([Booking.start < end] if end else []))
    )
    return sorted({uid for uid in db.session.scalars(query) if uid not in shown})


def in_doubt(number: int) -> tuple[list[str], int]:
    """The uids that a run has to look at one by one, and how many upcoming bookings there are."""
    run = db.session.get(SyncRun, number, populate_existing=True)
    doubts, of = list(run.doubts) if run else [], verified()[1]
    db.session.rollback()
    return doubts, of


def mark_missing(run: SyncRun, *, uid: str, asked_at: datetime, policy: MailPolicy) -> None:
    """Notes that Cal.com does not know the uid any more; the owner is told once. Nothing else about the booking changes."""
    session = db.session()
    take_turn(session)
    rows = session.execute(select(BookingAddress, Booking).join(Booking).where(BookingAddress.uid == uid)).all()
    known = held_at(session, {uid}, asked_at=asked_at)
    if uid in known.meanwhile:
        return
    present = [Address(uid, address.seat) for address, booking in rows if booking.missing_since is None]
    facts = [Fact(uid, address.seat, Kind.MISSING, moment(address, known)) for address in present]
    if facts:
        record(session, facts, cause=Cause(SYNC, f"sync run {run.id}"), policy=policy)
        run.gone += len(facts)


def settle_class(client: Client, said: Said, intake: Intake, write: Write, *, asked_at: datetime) -> Iterator[tuple[Said, datetime]]:
    """The classes in which people sit now who are not in this one any more; those who sit nowhere have left.

    A seat keeps its id when it moves, and the id leads to its class.
    """
    absentees = _absentees(said, intake, asked_at)
    for seat_uid in filter(None, absentees):
        asked = clock.now()
        try:
            found = client.bookings.get_by_seat(seat_uid)
        except NotFound:
            continue
        if found.uid != said.uid and found.status not in {"cancelled", "rejected"}:
            yield found, asked

    def leave(run: SyncRun) -> None:
        take_turn(db.session())
        row, known, gone = _gone_from(said, intake, asked_at)
        if gone:
            facts = [*(left_class(row, known, address) for address in gone), *seated(row, known)]
            record(db.session(), facts, cause=intake.cause, policy=intake.policy)
            run.changed += len(gone)

    if absentees:
        write(leave)


def _absentees(said: Said, intake: Intake, asked_at: datetime) -> list[str]:
    """The seat ids, as far as they are known, of those who are not in the class any more."""
    _, known, gone = _gone_from(said, intake, asked_at)
    found = [known.seat_uids.get(address, "") for address in gone]
    db.session.rollback()
    return found


def _gone_from(said: Said, intake: Intake, asked_at: datetime) -> tuple[Row, Held, list[Address]]:
    row, known = intake.seats(said, asked_at)
    listed = {each.address for each in row.said}
    shows_people = row.ended or bool(row.said)
    if row.uid in known.meanwhile or not shows_people:
        return row, known, []
    return row, known, [address for address in known.seats_of(row.uid) if address not in listed]
