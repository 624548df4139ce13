"""The acts of staff: noted with their cause, and whatever is altered, removed or swapped shows."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app.accounts import staff_acts
from app.accounts.models import StaffAct, StaffActHead
from app.db import db, transaction


def note(act: str = "booking.cancel", **about: Any) -> None:
    with transaction() as session:
        staff_acts.note(session, staff_id=about.pop("staff_id", 1), act=act, **about)


def broken() -> staff_acts.BrokenAct | None:
    db.session.rollback()
    return staff_acts.verify()


def alter(statement: Any) -> None:
    with transaction() as session:
        session.execute(statement)


@pytest.fixture
def acts(app: Flask) -> None:
    for number in range(1, 6):
        note(on=f"B{number}", detail=f"reason {number}", staff_id=None if number == 2 else number)


def test_an_empty_chain_holds(app: Flask) -> None:
    assert staff_acts.verify() is None


def test_what_was_done_is_noted_in_order(acts: None) -> None:
    lines = db.session.scalars(select(StaffAct).order_by(StaffAct.id)).all()
    assert [(line.id, line.staff_id, line.act, line.subject, line.detail) for line in lines[:2]] == [
        (1, 1, "booking.cancel", "B1", "reason 1"),
        (2, None, "booking.cancel", "B2", "reason 2"),
    ]
    assert broken() is None


def test_an_act_that_came_to_nothing_is_not_noted(acts: None) -> None:
    def fail() -> None:
        with transaction() as session:
            staff_acts.note(session, staff_id=1, act="booking.cancel")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert db.session.scalar(select(func.count()).select_from(StaffAct)) == 5
    note()
    assert broken() is None


@pytest.mark.parametrize("values", [{"staff_id": 9}, {"act": "booking.confirm"}, {"subject": "C"}, {"detail": ""}, {"at": StaffAct.at}, {"hash": "0" * 64}])
def test_one_altered_value_names_the_line(acts: None, values: dict[str, Any]) -> None:
    if "at" in values:
        values = {"at": db.session.get_one(StaffAct, 3).at - timedelta(seconds=1)}
    alter(update(StaffAct).where(StaffAct.id == 3).values(values))
    found = broken()
    assert found is not None
    assert found.number == 3


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_line_shows_even_the_last(acts: None, number: int) -> None:
    alter(delete(StaffAct).where(StaffAct.id == number))
    found = broken()
    assert found is not None
    assert found.number == number


def test_a_last_line_that_was_made_anew_shows(acts: None) -> None:
    alter(update(StaffActHead).values(hash="0" * 64))
    assert broken() == staff_acts.BrokenAct(5, "the head remembers another last line")


def test_acts_of_several_people_at_once_make_one_chain(app: Flask) -> None:
    together = Barrier(4)

    def work(person: int) -> None:
        together.wait()
        for _ in range(5):
            with app.app_context():
                note(staff_id=person)

    people = [Thread(target=work, args=(person,)) for person in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert broken() is None
    assert db.session.scalar(select(func.count()).select_from(StaffAct)) == 20


def test_a_very_long_word_is_cut(app: Flask) -> None:
    note(on="x" * 2000, detail="y" * 2000)
    line = db.session.scalars(select(StaffAct)).one()
    assert (len(line.subject), len(line.detail)) == (500, 500)
    assert broken() is None
