"""The same button in two tabs at the same moment: what happens, happens once, and nobody sees an error page."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.accounts import sessions, staff
from app.accounts.models import AdminUser, Role, StaffAct
from app.accounts.sessions import Browser
from app.db import db, transaction
from app.outbox.models import OutboxMessage

TABS = 6


@pytest.fixture
def tabs(app):
    """`tabs(path, **fields)`: an owner presses the same button in several tabs at once; the answers' codes."""
    app.config["WTF_CSRF_ENABLED"] = False
    with transaction() as session:
        number = staff.create(session, email="owner@example.com", password="a good password", role=Role.OWNER).id
        token = sessions.begin(session, staff_id=number, how="password", browser=Browser("Firefox", ""))

    def press(path, **fields):
        together, codes = Barrier(TABS), []

        def one():
            browser = app.test_client()
            with browser.session_transaction() as session:
                session["_user_id"] = token
            together.wait()
            codes.append(browser.post(path, data=fields).status_code)

        people = [Thread(target=one) for _ in range(TABS)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        db.session.rollback()
        return codes

    return press


def acts(name):
    return len(db.session.scalars(select(StaffAct).where(StaffAct.act == name)).all())


def test_a_mail_is_planned_again_once(tabs, mailed):
    number = mailed(state="dead")
    assert set(tabs(f"/admin/outbox/{number}/send")) == {302}
    assert db.session.get(OutboxMessage, number).state in {"planned", "sent"}
    assert acts("mail.send") == 1


def test_a_person_is_invited_once(tabs):
    codes = tabs("/admin/staff", email="new@example.com", role="host")
    assert set(codes) <= {302, 400}
    assert len(db.session.scalars(select(AdminUser).where(AdminUser.email == "new@example.com")).all()) == 1
    assert acts("staff.invite") == 1


def test_a_calendar_address_is_one_whoever_was_last(tabs):
    assert set(tabs("/admin/feed")) <= {200, 302}
