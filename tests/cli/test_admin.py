"""`flask admin reset-2fa` and `flask admin verify`."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts import second_factor, staff, staff_acts
from app.accounts.models import StaffAct
from app.db import db, transaction
from app.web.mail_links import seal_of
from tests.web.admin.account.conftest import code_of


@pytest.fixture
def run(app: Flask):
    """`run("verify")`: the result of the command."""
    return lambda *words: app.test_cli_runner().invoke(args=["admin", *words])


@pytest.fixture
def owner(app: Flask) -> int:
    with transaction() as session:
        return staff.create(session, email="owner@example.com", password="a good password").id


def test_a_second_factor_is_reset_and_that_is_noted(run, app, owner) -> None:
    assert "has no second factor" in run("reset-2fa", "owner@example.com").output
    seal = seal_of(app.extensions["settings"], second_factor.PURPOSE)
    with transaction() as session:
        second_factor.begin(session, staff_id=owner, seal=seal)
    with transaction() as session:
        code = code_of(second_factor.waiting_secret(owner, seal=seal))
        assert second_factor.confirm(session, staff_id=owner, code=code, seal=seal)
    assert "signs in without a code now" in run("reset-2fa", "Owner@Example.com").output
    db.session.rollback()
    assert not second_factor.is_on(owner)
    assert db.session.scalars(select(StaffAct.act)).all() == ["staff.reset_second_factor"]
    assert run("reset-2fa", "nobody@example.com").exit_code == 2


def test_an_account_made_here_is_noted(run, app) -> None:
    run("create", "new@example.com", "--password", "a good password", "--role", "host")
    [line] = db.session.scalars(select(StaffAct)).all()
    assert (line.act, line.staff_id, line.detail) == ("staff.create", None, "as host, on the command line")


def test_a_chain_that_was_altered_is_named_by_its_line(run, owner) -> None:
    with transaction() as session:
        for _ in range(3):
            staff_acts.note(session, staff_id=owner, act="booking.cancel")
    assert run("verify").exit_code == 0
    with transaction() as session:
        session.execute(update(StaffAct).where(StaffAct.id == 2).values(detail="nothing happened"))
    found = run("verify", "--json")
    assert found.exit_code == 1
    assert '"line": 2' in found.output
    db.session.rollback()
    assert staff_acts.verify(newest=1) is None
    assert staff_acts.verify(newest=2) is not None
