"""Sessions as rows: they grow old, end, and the step before the code opens nothing."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import house, sessions, staff
from app.accounts.sessions import Browser
from app.accounts.sign_in_models import StaffSession, Stage
from app.db import db, transaction

BROWSER = Browser("Firefox on Linux", "192.0.2.0/24")


@pytest.fixture
def owner(app: Flask, moment: Any) -> int:
    moment("2026-12-08T12:00Z")
    with transaction() as session:
        return staff.create(session, email="owner@example.com", password="a good password").id


def begin(number: int, stage: Stage = Stage.FULL) -> str:
    with transaction() as session:
        return sessions.begin(session, staff_id=number, how="password", browser=BROWSER, stage=stage)


def alive(token: str, stage: Stage = Stage.FULL) -> bool:
    db.session.rollback()
    return sessions.of_token(token, stage=stage) is not None


def test_what_is_kept_is_not_what_the_browser_holds(owner: int) -> None:
    token = begin(owner)
    row = db.session.scalars(select(StaffSession)).one()
    assert token not in {str(getattr(row, column.key)) for column in StaffSession.__table__.columns}
    assert len(token) >= 43
    assert not alive("nothing of ours")


def test_a_session_ends_after_twelve_idle_hours(owner: int, moment: Any) -> None:
    token = begin(owner)
    moment.forward(hours=11, minutes=59)
    assert alive(token)
    moment.forward(minutes=2)
    assert not alive(token)


def test_a_session_in_use_ends_after_a_week(owner: int, moment: Any) -> None:
    token = begin(owner)
    for _ in range(14):
        moment.forward(hours=11, minutes=50)
        found = sessions.of_token(token)
        assert found is not None
        sessions.notice(found[0])
    moment.forward(hours=3)
    assert not alive(token)


def test_being_there_is_written_down_once_in_five_minutes(owner: int, moment: Any) -> None:
    token = begin(owner)
    row = db.session.scalars(select(StaffSession)).one()
    first = row.seen_at
    moment.forward(minutes=4)
    sessions.notice(row)
    assert db.session.scalar(select(StaffSession.seen_at)) == first
    moment.forward(minutes=2)
    sessions.notice(row)
    db.session.rollback()
    assert (db.session.scalar(select(StaffSession.seen_at)) - first).total_seconds() == 360
    assert alive(token)


def test_the_step_before_the_code_is_no_session_and_ends_soon(owner: int, moment: Any) -> None:
    token = begin(owner, Stage.CODE)
    assert not alive(token)
    assert alive(token, Stage.CODE)
    assert sessions.open_of(owner) == []
    moment.forward(minutes=11)
    assert not alive(token, Stage.CODE)


def test_sessions_end_one_by_one_and_all_but_one(owner: int) -> None:
    tokens = [begin(owner) for _ in range(3)]
    number = db.session.scalars(select(StaffSession.id).order_by(StaffSession.id)).first()
    assert number is not None
    with transaction() as session:
        assert not sessions.end_one(session, staff_id=owner + 1, number=number)
        assert sessions.end_one(session, staff_id=owner, number=number)
        assert not sessions.end_one(session, staff_id=owner, number=number)
    assert [alive(token) for token in tokens] == [False, True, True]
    with transaction() as session:
        assert sessions.end_all(session, staff_id=owner, but=tokens[2]) == 1
    assert [alive(token) for token in tokens] == [False, False, True]
    assert len(sessions.open_of(owner)) == 1


def test_old_sessions_are_forgotten(owner: int, moment: Any) -> None:
    begin(owner)
    moment.forward(days=30)
    house.forget_old()
    assert db.session.scalar(select(func.count()).select_from(StaffSession)) == 1
    moment.forward(days=8)
    house.forget_old()
    assert db.session.scalar(select(func.count()).select_from(StaffSession)) == 0
