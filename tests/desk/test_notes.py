"""Notes: sealed in the database, audited without their text, gone when removed."""

import pytest
from sqlalchemy import select, text

from app.accounts.models import StaffAct
from app.accounts.staff import create
from app.bookings.models import Booking
from app.db import db, transaction
from app.desk import notes
from app.desk.wishes import Staff
from tests.web.admin.conftest import book  # noqa: F401 -- the same factory

OLD, NEW = "o" * 40, "n" * 40
SECRET_WORDS = "Lives apart; ring the neighbour"


@pytest.fixture
def robin(app):
    with transaction() as session:
        return Staff(create(session, email="owner@example.com", password="a good password").id, "Robin")


@pytest.fixture
def number(app, book):  # noqa: F811 -- the fixture of that name
    return db.session.scalar(select(Booking.id).where(Booking.reference == book()))


def keep(number, robin, words=SECRET_WORDS, keys=(OLD,)):
    with transaction() as session:
        return notes.add(session, notes.seal_of(list(keys)), words, by=robin, subject="R1000", booking_id=number)


def test_a_note_is_read_by_who_has_the_key_and_is_unreadable_in_the_database(number, robin):
    keep(number, robin)
    (found,) = notes.of_bookings(notes.seal_of([OLD]), [number])
    assert (found.text, found.author, found.edited_at) == (SECRET_WORDS, "owner", None)
    stored = db.session.execute(text("SELECT * FROM staff_note")).one()
    assert "neighbour" not in str(stored)
    assert notes.of_bookings(notes.seal_of([NEW]), [number])[0].text is None


def test_what_is_audited_never_holds_the_text(number, robin):
    made = keep(number, robin)
    seal = notes.seal_of([OLD])
    with transaction() as session:
        notes.change(session, seal, made, "Ring the sister", by=robin, subject="R1000")
        notes.change(session, seal, made, "Ring the sister", by=robin, subject="R1000")
        notes.remove(session, made, by=robin, subject="R1000")
        notes.remove(session, made, by=robin, subject="R1000")
    lines = list(db.session.scalars(select(StaffAct).order_by(StaffAct.id)))
    assert [(line.act, line.subject, line.detail) for line in lines] == [
        ("note.add", "R1000", f"note {made}"),
        ("note.edit", "R1000", f"note {made}"),
        ("note.delete", "R1000", f"note {made}"),
    ]
    assert notes.find(seal, made) is None


@pytest.mark.parametrize("words", ["", "  \r\n ", "\x00", "x" * 10_001])
def test_a_note_that_cannot_be_kept_says_why(words, number, robin):
    with pytest.raises(notes.BadNote, match=r"Write something|at most 10,000"):
        keep(number, robin, words)
