"""Notes of staff: written, changed, removed, each act audited without its text.

A removed note is gone: what staff write about people is personal data, and nobody expects it to live on in a trash.
Who may change one is its author or an owner; everybody who sees the booking or the person reads it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import AdminUser
from app.accounts.staff_acts import note as note_act
from app.db import db
from app.desk.models import StaffNote
from app.desk.wishes import Staff
from app.sealing import Seal

PURPOSE = "staff notes"
LONGEST = 10_000
MOST = 500
"""Notes that are shown of one booking or person."""


class BadNote(Exception):
    """The note cannot be kept like this; the text says what to change."""


@dataclass(frozen=True)
class Note:
    """A note as it is shown."""

    id: int
    text: str | None
    """None when no key of ours opens it any more."""
    author_id: int
    author: str
    created_at: datetime
    edited_at: datetime | None
    booking_id: int | None
    customer_id: int | None


def seal_of(keys: list[str]) -> Seal:
    """What closes and opens notes; the present key first."""
    return Seal(keys, purpose=PURPOSE)


def add(session: Session, seal: Seal, text: str, *, by: Staff, subject: str, booking_id: int | None = None, customer_id: int | None = None) -> int:
    """The number of the new note. `subject`: the reference or number for the audit. Raises `BadNote`."""
    row = StaffNote(booking_id=booking_id, customer_id=customer_id, author_id=by.id, sealed=seal.close(_checked(text)), created_at=clock.now())
    session.add(row)
    session.flush()
    note_act(session, staff_id=by.id, act="note.add", on=subject, detail=f"note {row.id}")
    return row.id


def change(session: Session, seal: Seal, number: int, text: str, *, by: Staff, subject: str) -> None:
    """Gives the note another text; the same text changes nothing. Raises `BadNote`."""
    row, wanted = session.get_one(StaffNote, number), _checked(text)
    if seal.open(row.sealed) == wanted:
        return
    row.sealed, row.edited_at = seal.close(wanted), clock.now()
    note_act(session, staff_id=by.id, act="note.edit", on=subject, detail=f"note {number}")


def remove(session: Session, number: int, *, by: Staff, subject: str) -> None:
    """Removes the note for good; one that is gone already stays gone."""
    row = session.get(StaffNote, number)
    if row is not None:
        session.delete(row)
        session.flush()
        note_act(session, staff_id=by.id, act="note.delete", on=subject, detail=f"note {number}")


def find(seal: Seal, number: int) -> Note | None:
    """One note."""
    found = _read(seal, StaffNote.id == number)
    return found[0] if found else None


def of_bookings(seal: Seal, numbers: Collection[int]) -> list[Note]:
    """The notes on a booking (and the rows that became part of it), oldest first."""
    return _read(seal, StaffNote.booking_id.in_(numbers))


def of_person(seal: Seal, number: int) -> list[Note]:
    """The notes on a person, oldest first."""
    return _read(seal, StaffNote.customer_id == number)


def _read(seal: Seal, which: ColumnElement[bool]) -> list[Note]:
    query = select(StaffNote, AdminUser.name, AdminUser.email).join(AdminUser, AdminUser.id == StaffNote.author_id).where(which)
    rows = db.session.execute(query.order_by(StaffNote.id).limit(MOST)).all()
    return [
        Note(row.id, seal.open(row.sealed), row.author_id, name or email, row.created_at, row.edited_at, row.booking_id, row.customer_id)
        for row, name, email in rows
    ]


def _checked(text: str) -> str:
    found = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not found:
        raise BadNote("Write something: an empty note says nothing.")
    if len(found) > LONGEST:
        raise BadNote(f"A note has at most {LONGEST:,} characters; this one has {len(found):,}.")
    return found
