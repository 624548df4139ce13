"""How a booking of ours stands at Cal.com now, and what of that is news.

The booking is asked for by its address. A row that was moved away leads on to its successor; a seat that is not in its
class any more is looked for by its own id. What is found enters as facts, like a row of a comparison, and nothing is
asked while a transaction is open.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.bookings.facts import Address, Fact, Kind
from app.bookings.lifecycle import would_change
from app.calcom.client import Client
from app.calcom.errors import NotFound
from app.calcom.types import Booking
from app.db import db
from app.sync.compare import compare, left_class, seated
from app.sync.from_api import Row, TypeKnown, read
from app.sync.held import Held, held, held_at

MOST_MOVES = 8
"""Followed from one row to the next; a longer chain is left to the comparison."""


@dataclass(frozen=True)
class Seen:
    """What Cal.com said."""

    rows: tuple[Booking, ...]
    """The row at our address, then those that lead to where the booking stands now."""
    asked_at: datetime

    @property
    def first(self) -> Booking:
        """The row at our address."""
        return self.rows[0]

    @property
    def moved(self) -> bool:
        """Whether the booking stands elsewhere now."""
        return len(self.rows) > 1 or bool(self.first.rescheduled_to_uid and self.first.status == "cancelled")


@dataclass(frozen=True)
class News:
    """What a look adds to what is known."""

    facts: tuple[Fact, ...] = ()
    marks: tuple[Fact, ...] = ()
    """What changes nothing and keeps late deliveries in their place."""
    overtaken: bool = False
    """A delivery came after the question: it may know better, so one has to look again."""


def look(client: Client, address: Address, *, seat_uid: str = "") -> Seen:
    """How the booking at this address stands. Raises `NotFound` when Cal.com knows no such booking, and every other `CalcomError`."""
    db.session.rollback()
    asked_at = clock.now()
    rows = [_row(client, address.uid)]
    while not address.seat and rows[-1].status == "cancelled" and (uid := rows[-1].rescheduled_to_uid) and len(rows) < MOST_MOVES:
        if any(row.uid == uid for row in rows):
            break
        try:
            rows.append(_row(client, uid))
        except NotFound:
            break
    if seat_uid and address.seat and not in_class(rows[0], address.seat):
        rows += _elsewhere(client, seat_uid, but=address.uid)
    return Seen(tuple(rows), asked_at)


def in_class(row: Booking, email: str) -> bool:
    """Whether somebody holds a seat of this class. A class that stands has people; if none are shown, they are hidden from our key."""
    return row.status not in {"cancelled", "rejected"} and (not row.attendees or any(person.email.lower() == email for person in row.attendees))


def seats(row: Booking) -> frozenset[str]:
    """Whose seats a class has, by address in small letters; nobody's where Cal.com hides its people."""
    return frozenset(person.email.lower() for person in row.attendees if person.email)


def seat_uid_of(session: Session, address: Address) -> str:
    """The newest id of a seat as far as it is known; empty outside of classes."""
    return held_at(session, {address.uid}, asked_at=clock.now()).seat_uids.get(address, "") if address.seat else ""


def news(session: Session, seen: Seen, types: Mapping[int, TypeKnown], *, mine: Address, reason: str = "", asked_to_move: bool = False) -> News:
    """What was seen, as facts. Raises `NotUnderstood`.

    `reason` and `asked_to_move`: why staff ended it, where Cal.com's API does not repeat that.
    """
    rows = [read(row, types) for row in seen.rows]
    known = held(session, rows, asked_at=seen.asked_at)
    if any(row.uid in known.meanwhile for row in rows):
        return News(overtaken=True)
    found = [compare(row, known, imported=False, with_successor=True) for row in rows]
    facts = [fact for each in found for fact in each.facts]
    marks = [fact for each in found for fact in each.marks]
    for row, each in zip(rows, found, strict=True):
        if each.absentees:
            facts += _leavers(row, known, mine, moved={fact.address for fact in facts if fact.kind is Kind.MOVED})
    facts = [_because(fact, reason, asked_to_move=asked_to_move) for fact in facts]
    if facts and not would_change(session, facts):
        facts = []
    return News(tuple(facts), tuple(marks))


def of_series(session: Session, rows: Sequence[Booking], types: Mapping[int, TypeKnown], *, asked_at: datetime) -> list[Fact]:
    """What the rows of a series say of those dates that we know; the others are left to the comparison."""
    read_rows = [read(row, types) for row in rows]
    known = held(session, read_rows, asked_at=asked_at)
    ours = [row for row in read_rows if row.uid in known.uids and row.uid not in known.meanwhile]
    return [fact for row in ours for fact in compare(row, known, imported=False, with_successor=True).facts]


def _row(client: Client, uid: str) -> Booking:
    found = [row for row in client.bookings.get(uid) if row.uid == uid]
    if not found:
        raise NotFound("Cal.com knows no such booking.")
    return found[0]


def _elsewhere(client: Client, seat_uid: str, *, but: str) -> list[Booking]:
    try:
        row = client.bookings.get_by_seat(seat_uid)
    except NotFound:
        return []
    return [row] if row.uid != but and row.status not in {"cancelled", "rejected"} else []


def _leavers(row: Row, known: Held, mine: Address, *, moved: set[Address]) -> Iterator[Fact]:
    """Who is not in the class any more: the seat that the look was for; all of them when the class has ended."""
    listed = {said.address for said in row.said}
    absent = [address for address in known.seats_of(row.uid) if address not in listed and address not in moved]
    gone = [address for address in absent if row.ended or address == mine]
    yield from (left_class(row, known, address) for address in gone)
    if len(gone) == len(absent):
        yield from seated(row, known)


def _because(fact: Fact, reason: str, *, asked_to_move: bool) -> Fact:
    """With the reason that staff gave, of a declined request the API tells none, and with what only a delivery says."""
    if fact.kind not in {Kind.CANCELLED, Kind.REJECTED}:
        return fact
    asked = {"asked_to_move": True} if asked_to_move and fact.kind is Kind.CANCELLED else {}
    return replace(fact, content={**fact.content, "reason": fact.content.get("reason") or reason, **asked})
