"""Who booked: found by the beginning of any word of any name they booked under, or of their address; pages by bookmark.

The words stand in a table of their own, written by `lifecycle.py` with the booking; its key is already in the order of
the list, so that neither database sorts, and the last page is as fast as the first. What else was possible: to search
the bookings and put people together from them; but somebody with a thousand bookings then fills page after page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, case, func, select, tuple_
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from app import clock
from app.accounts.models import Customer
from app.bookings.models import Booking, Status
from app.bookings.terms import WORD, end_of, person_words, prefixes
from app.db import Model, db, insert

PAGE = 50
RARE = 2_000
"""So far the people of each word are counted, to begin with the rarest."""
MANY = 10_000
LIVE = (Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED)


class PersonTerm(Model):
    """One word of one person."""

    __tablename__ = "person_term"
    __table_args__ = (Index("ix_person_term_customer_id_term", "customer_id", "term"), {"sqlite_with_rowid": False})

    term: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)


Mark = tuple[str, int]
"""A place in the list: the word that was found (empty without a search) and the number of the person."""


@dataclass(frozen=True)
class Person:
    """One line of the list."""

    id: int
    name: str
    email: str
    first_seen: datetime
    bookings: int
    next: datetime | None
    """When the next meeting begins."""
    last: datetime | None
    """When the last one began."""


@dataclass(frozen=True)
class Page:
    """One page of people: those found, by the word that was found; without a search the newest first."""

    people: Sequence[Person]
    before: Mark | None
    after: Mark | None


def keep(session: Session, booking: Booking) -> None:
    """Lets the booker be found by the name and address of this booking as well."""
    if booking.customer_id is None:
        return
    words = sorted(person_words(booking.booker_name or "", booking.booker_email or ""))
    if words:
        rows = [{"term": word, "customer_id": booking.customer_id} for word in words]
        session.execute(insert(PersonTerm).on_conflict_do_nothing(index_elements=["term", "customer_id"]), rows)


def page(text: str = "", *, after: Mark | None = None, before: Mark | None = None, size: int = PAGE) -> Page:
    """One page of people."""
    wanted = [word.removeprefix(WORD) for word in prefixes(text)]
    if text.strip() and not wanted:
        return Page((), None, None)
    mark, back = (before, True) if before else (after, False)
    places = _found(wanted, mark, back=back, limit=size + 1) if wanted else _newest(mark, back=back, limit=size + 1)
    more, places = len(places) > size, places[:size]
    if back:
        places.reverse()
    if not places:
        return Page((), None, None)
    ahead, behind = (True, more) if back else (more, mark is not None)
    return Page(_people([number for _, number in places]), before=places[0] if behind else None, after=places[-1] if ahead else None)


def count(*, up_to: int = MANY) -> int:
    """How many people there are, counted no further than `up_to`."""
    # In the order of the key, since without an order PostgreSQL reads the table itself.
    some = select(Customer.id).where(Customer.id > 0).order_by(Customer.id).limit(up_to).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _newest(mark: Mark | None, *, back: bool, limit: int) -> list[Mark]:
    query = select(Customer.id).where(Customer.id > 0).order_by(Customer.id if back else Customer.id.desc()).limit(limit)
    if mark is not None:
        query = query.where(Customer.id > mark[1] if back else Customer.id < mark[1])
    return [("", number) for number in db.session.scalars(query)]


def _found(wanted: list[str], mark: Mark | None, *, back: bool, limit: int) -> list[Mark]:
    """People with a word that begins so, for each of the beginnings; each person once, at the first of their words."""
    lead = min(wanted, key=_how_many)
    row, earlier = aliased(PersonTerm), aliased(PersonTerm)
    place = (row.term, row.customer_id)
    first = ~select(earlier.term).where(earlier.customer_id == row.customer_id, earlier.term >= lead, earlier.term < row.term).exists()
    query = select(*place).where(row.term >= lead, row.term < end_of(lead), first)
    for word in wanted:
        other = aliased(PersonTerm)
        if word != lead:
            mine = other.customer_id == row.customer_id, other.term >= word, other.term < end_of(word)
            query = query.where(select(other.term).where(*mine).exists())
    if mark is not None:
        query = query.where(tuple_(*place) < mark if back else tuple_(*place) > mark)
    query = query.order_by(*(column.desc() if back else column for column in place)).limit(limit)
    return [(term, number) for term, number in db.session.execute(query)]


def _how_many(word: str) -> int:
    some = select(PersonTerm.customer_id).where(PersonTerm.term >= word, PersonTerm.term < end_of(word)).limit(RARE).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _people(numbers: Collection[int]) -> list[Person]:
    now = clock.now()
    ahead = case(((Booking.start > now) & Booking.status.in_(LIVE), Booking.start))
    behind = case((Booking.start <= now, Booking.start))
    # Not `IS NULL`: SQLite takes that for rare, and reads nearly all bookings to find those of these people.
    theirs = Booking.customer_id.in_(numbers), func.coalesce(Booking.alias_of_id, 0) == 0
    query = select(Booking.customer_id, func.count(), func.min(ahead), func.max(behind)).where(*theirs)
    booked: dict[int | None, tuple[Any, ...]] = {row[0]: tuple(row[1:]) for row in db.session.execute(query.group_by(Booking.customer_id))}
    rows = {row.id: row for row in db.session.scalars(select(Customer).where(Customer.id.in_(numbers)))}
    return [
        Person(row.id, row.name, row.email, row.created_at, *booked.get(number, (0, None, None))) for number in numbers if (row := rows.get(number)) is not None
    ]
