"""Keeps the terms of a booking (`terms.py`) beside it: the table behind every list, and the one function that writes it.

`lifecycle.py` calls `keep` in the transaction that changed the booking, so that a list can never miss what a page shows.
"""

from typing import cast

from sqlalchemy import BigInteger, Index, Table, Text, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.bookings.models import Booking
from app.bookings.terms import terms_of
from app.db import Model


class BookingTerm(Model):
    """One term of one booking, in the order in which lists are read.

    No foreign key: fifteen rows a booking would look for the same parent fifteen times, and nobody deletes bookings.
    """

    __tablename__ = "booking_term"
    __table_args__ = (
        Index("ix_booking_term_booking_id_term", "booking_id", "term", "start", "end"),
        {"sqlite_with_rowid": False},
    )

    term: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Seconds since 1970."""
    booking_id: Mapped[int] = mapped_column(primary_key=True)
    end: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """In the key, so that the key alone tells what is over."""


TERMS = cast(Table, BookingTerm.__table__)


def keep(session: Session, booking: Booking, *, fresh: bool = False) -> None:
    """Makes the terms say what the booking says now; an alias has none. The booking must have its number; a fresh one has no terms yet."""
    connection = session.connection()
    mine = select(TERMS.c.term, TERMS.c.start, TERMS.c.end).where(TERMS.c.booking_id == booking.id)
    held = set() if fresh else {tuple(row) for row in connection.execute(mine)}
    begin, end = int(booking.start.timestamp()), int(booking.end.timestamp())
    wanted = set() if booking.alias_of_id is not None else {(term, begin, end) for term in terms_of(booking)}
    if gone := held - wanted:
        connection.execute(delete(TERMS).where(TERMS.c.booking_id == booking.id, TERMS.c.term.in_({term for term, _, _ in gone})))
    if missing := wanted - held:
        rows = [{"term": term, "start": start, "booking_id": booking.id, "end": till} for term, start, till in sorted(missing)]
        connection.execute(insert(TERMS), rows)
