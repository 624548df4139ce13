"""What we hold of the rows of one page: bookings by address, and when each address was last spoken of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Customer
from app.bookings.facts import LIVE, Address, Kind
from app.bookings.models import Booking, BookingAddress, BookingFact, Status
from app.sync.from_api import Row

LIVE_STATUSES = frozenset({Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED})


class Place(NamedTuple):
    """The booking that an address leads to, and whether it is the address at which the booking stands now."""

    booking: Booking
    last: bool

    @property
    def live(self) -> bool:
        """Whether the meeting is on, as far as we know."""
        return self.last and self.booking.status in LIVE_STATUSES


@dataclass(frozen=True)
class Held:
    """What is known of some uids at one moment."""

    asked_at: datetime
    places: Mapping[Address, Place]
    uids: frozenset[str]
    """Of whom anybody ever told us."""
    moves: frozenset[tuple[Address, str]]
    """Known moves: from where, to which uid."""
    spoken: Mapping[Address, datetime]
    """The newest word on each address, as Cal.com dates it."""
    meanwhile: frozenset[str]
    """Uids of which we were told something after the read was asked for: the read may be older than that."""
    seated: Mapping[str, list[str]]
    """Who held seats in a class when it was last noted down."""
    seat_uids: Mapping[Address, str]
    """The newest seat id of each seat."""

    def seats_of(self, uid: str) -> list[Address]:
        """The seats of a class that are taken as far as we know."""
        return [address for address, place in self.places.items() if address.uid == uid and address.seat and place.live]

    def seat_with(self, seat_uid: str, *, but: str) -> Address | None:
        """Another class in which this very seat is taken as far as we know."""
        if not seat_uid:
            return None
        found = (address for address, known in self.seat_uids.items() if known == seat_uid and address.uid != but)
        return next((address for address in found if address in self.places and self.places[address].live), None)


def held(session: Session, rows: Collection[Row], *, asked_at: datetime, own: Collection[str] = ()) -> Held:
    """What is known of these rows, of where they came from and where they went.

    `own`: uids of which we have recorded something ourselves since the read was asked for, from the same read.
    """
    uids = {uid for row in rows for uid in (row.uid, row.moved_from, row.moved_to) if uid}
    return held_at(session, uids | _other_classes(session, [row for row in rows if row.seated]), asked_at=asked_at, own=own)


def held_at(session: Session, uids: Collection[str], *, asked_at: datetime, own: Collection[str] = ()) -> Held:
    """The same for these uids."""
    addresses = session.scalars(select(BookingAddress).where(BookingAddress.uid.in_(uids))).all()
    numbers = {address.booking_id for address in addresses}
    bookings = {row.id: row for row in session.scalars(select(Booking).where(Booking.id.in_(numbers)))} if numbers else {}
    ends = select(BookingAddress.booking_id, func.max(BookingAddress.position)).where(BookingAddress.booking_id.in_(numbers))
    last = {row[0]: row[1] for row in session.execute(ends.group_by(BookingAddress.booking_id))} if numbers else {}
    columns = (BookingFact.uid, BookingFact.seat, BookingFact.kind, BookingFact.at, BookingFact.linked_uid, BookingFact.recorded_at, BookingFact.inbox_id)
    spoken: dict[Address, datetime] = {}
    moves, meanwhile, classes = set(), set(), set()
    for uid, seat, kind, at, linked_uid, recorded_at, inbox_id in session.execute(select(*columns).where(BookingFact.uid.in_(uids))):
        address = Address(uid, seat)
        if kind == Kind.MOVED:
            moves.add((address, linked_uid))
        if kind == Kind.SEATED:
            classes.add(uid)
        if recorded_at > asked_at and (inbox_id is not None or uid not in own):
            meanwhile.add(uid)
        spoken[address] = max(at, spoken.get(address, at))
    return Held(
        asked_at=asked_at,
        places={Address(row.uid, row.seat): Place(bookings[row.booking_id], last=row.position == last[row.booking_id]) for row in addresses},
        uids=frozenset({address.uid for address in addresses} | {address.uid for address in spoken}),
        moves=frozenset(moves),
        spoken=spoken,
        meanwhile=frozenset(meanwhile),
        seated=_seated(session, classes),
        seat_uids=_seat_uids(session, {uid for uid in uids if any(address.seat for address in spoken if address.uid == uid)}),
    )


def _other_classes(session: Session, rows: Collection[Row]) -> set[str]:
    """Where else the people of these classes hold seats: a move between classes shows on neither row."""
    people = {said.address.seat for row in rows for said in row.said}
    if not people:
        return set()
    query = select(BookingAddress.uid).join(Booking, Booking.id == BookingAddress.booking_id).join(Customer, Customer.id == Booking.customer_id)
    theirs = Customer.email.in_(people), BookingAddress.seat != "", Booking.status.in_(LIVE_STATUSES)
    return set(session.scalars(query.where(*theirs)))


def _seated(session: Session, uids: Collection[str]) -> dict[str, list[str]]:
    if not uids:
        return {}
    query = select(BookingFact.uid, BookingFact.content).where(BookingFact.uid.in_(uids), BookingFact.kind == Kind.SEATED)
    return {uid: content["seats"] for uid, content in session.execute(query.order_by(BookingFact.at, BookingFact.id))}


def _seat_uids(session: Session, uids: Collection[str]) -> dict[Address, str]:
    if not uids:
        return {}
    query = select(BookingFact.uid, BookingFact.seat, BookingFact.content).where(BookingFact.uid.in_(uids), BookingFact.kind.in_(LIVE))
    rows = session.execute(query.order_by(BookingFact.at, BookingFact.id))
    return {Address(uid, seat): str(content["seat_uid"]) for uid, seat, content in rows if content.get("seat_uid")}
