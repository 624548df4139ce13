"""The chain of a booking's history: whatever is altered, removed or swapped shows."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, select, text, update

from app.bookings import audit
from app.bookings.models import Booking, BookingChange
from app.db import db, transaction


@pytest.fixture(autouse=True)
def _history(deliver: Callable[..., Any]) -> None:
    """Some bookings with a history."""
    for number in (3, 4, 10, 11, 13, 31, 32):
        deliver(number)


def change(number: int = 3) -> BookingChange:
    row = db.session.scalars(select(BookingChange).where(BookingChange.number == number).order_by(BookingChange.id)).first()
    assert row is not None
    return row


def broken() -> list[audit.Broken]:
    db.session.rollback()
    return list(audit.verify())


def alter(statement: Any) -> None:
    with transaction() as session:
        session.execute(statement)


def test_an_untouched_history_holds() -> None:
    assert broken() == []


@pytest.mark.parametrize("field", ["actor", "cause", "field", "salt", "values_digest", "hash"])
def test_one_altered_letter_names_the_line(field: str) -> None:
    row = change()
    value = getattr(row, field)
    alter(update(BookingChange).where(BookingChange.id == row.id).values({field: chr(ord(value[0]) ^ 1) + value[1:]}))
    assert [(found.number, found.change_id) for found in broken()] == [(3, row.id)]


def test_an_altered_value_names_the_line() -> None:
    row = change()
    alter(update(BookingChange).where(BookingChange.id == row.id).values(new="something else"))
    assert [found.change_id for found in broken()] == [row.id]


def test_a_removed_line_and_a_removed_last_line_show() -> None:
    row = change()
    alter(delete(BookingChange).where(BookingChange.id == row.id))
    assert [found.number for found in broken()] == [3]


def test_a_removed_last_line_shows() -> None:
    booking = db.session.scalars(select(Booking).order_by(Booking.id)).first()
    assert booking is not None
    alter(delete(BookingChange).where(BookingChange.booking_id == booking.id, BookingChange.number == booking.change_count))
    assert [found.number for found in broken()] == [booking.change_count]


def test_swapped_lines_show() -> None:
    first, second = change(2), change(3)
    assert first.booking_id == second.booking_id
    for row, number in ((first, 1002), (second, 2), (first, 3)):
        alter(update(BookingChange).where(BookingChange.id == row.id).values(number=number))
    assert [found.number for found in broken()] == [2]


def test_a_booking_altered_past_its_history_shows() -> None:
    alter(text("UPDATE booking SET status = 'confirmed' WHERE status = 'cancelled'"))
    assert "status" in broken()[0].what


def test_erasing_values_does_not_break_the_chain() -> None:
    alter(update(BookingChange).where(BookingChange.field == "booker_name").values(old=None, new=None, salt=""))
    assert broken() == []


def test_the_command_names_the_row_and_ends_with_one(app: Flask) -> None:
    runner = FlaskCliRunner(app)
    assert runner.invoke(args=["bookings", "verify"]).exit_code == 0
    row = change()
    alter(update(BookingChange).where(BookingChange.id == row.id).values(actor="cal.con"))
    result = runner.invoke(args=["bookings", "verify"])
    assert result.exit_code == 1
    assert str(row.id) in result.output
