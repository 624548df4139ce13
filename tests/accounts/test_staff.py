"""Staff accounts: what may be made and changed, and that one owner always remains."""

import importlib.util
from pathlib import Path
from threading import Barrier, Thread

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask

from app.accounts import sessions, staff
from app.accounts.models import AdminUser, Role
from app.accounts.sessions import Browser
from app.db import db, transaction

IN_LIFE = PasswordHasher()
BROWSER = Browser("Firefox on Linux", "192.0.2.0/24")


def made(email: str, role: Role = Role.OWNER) -> int:
    with transaction() as session:
        return staff.create(session, email=email, password="a good password", role=role).id


def signed_in(number: int) -> str:
    with transaction() as session:
        return sessions.begin(session, staff_id=number, how="password", browser=BROWSER)


def test_the_last_owner_cannot_be_demoted_or_switched_off(app: Flask) -> None:
    owner = made("owner@example.com")
    made("manager@example.com", Role.MANAGER)
    with transaction() as session:
        staff.invite(session, email="invited@example.com", role=Role.OWNER)
    with pytest.raises(staff.LastOwner), transaction() as session:
        staff.change_role(session, staff_id=owner, role=Role.MANAGER)
    with pytest.raises(staff.LastOwner), transaction() as session:
        staff.switch_off(session, staff_id=owner)
    other = made("other@example.com")
    with transaction() as session:
        assert staff.switch_off(session, staff_id=other)
    with pytest.raises(staff.LastOwner), transaction() as session:
        staff.switch_off(session, staff_id=owner)


def test_two_owners_who_demote_each_other_at_once_leave_one(app: Flask) -> None:
    first, second = made("first@example.com"), made("second@example.com")
    together, refused = Barrier(2), []

    def demote(number: int) -> None:
        together.wait()
        with app.app_context():
            try:
                with transaction() as session:
                    staff.change_role(session, staff_id=number, role=Role.READ_ONLY)
            except staff.LastOwner:
                refused.append(number)

    people = [Thread(target=demote, args=(number,)) for number in (first, second)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    db.session.rollback()
    assert len(refused) == 1
    assert [user.role for user in staff.everybody()].count(Role.OWNER) == 1


def test_another_role_and_switching_off_end_every_session(app: Flask) -> None:
    made("owner@example.com")
    number = made("robin@example.com", Role.MANAGER)
    token = signed_in(number)
    with transaction() as session:
        assert staff.change_role(session, staff_id=number, role=Role.MANAGER) is None
    assert sessions.of_token(token) is not None
    with transaction() as session:
        assert staff.change_role(session, staff_id=number, role=Role.HOST) == Role.MANAGER
    assert sessions.of_token(token) is None
    token = signed_in(number)
    with transaction() as session:
        assert staff.switch_off(session, staff_id=number)
        assert not staff.switch_off(session, staff_id=number)
    assert sessions.of_token(token) is None
    assert staff.check_password(email="robin@example.com", password="a good password") is None
    with transaction() as session:
        assert staff.switch_on(session, staff_id=number)
    assert sessions.of_token(token) is None
    assert staff.check_password(email="robin@example.com", password="a good password") is not None


def test_who_has_not_accepted_the_invitation_cannot_sign_in(app: Flask) -> None:
    with transaction() as session:
        staff.invite(session, email="New@Example.com", role=Role.HOST)
    assert staff.by_email("new@example.com") is None
    assert staff.check_password(email="new@example.com", password="") is None
    with pytest.raises(staff.BadAccount, match="on the list already"), transaction() as session:
        staff.invite(session, email="new@example.com", role=Role.OWNER)
    with pytest.raises(staff.BadAccount, match="address"), transaction() as session:
        staff.invite(session, email="nobody", role=Role.OWNER)


def test_a_new_password_is_neither_too_short_nor_endless(app: Flask) -> None:
    number = made("owner@example.com")
    for password, said in (("short", "at least 10"), ("x" * 1001, "at most 1000")):
        with pytest.raises(staff.BadAccount, match=said), transaction() as session:
            staff.set_password(session, staff_id=number, password=password)
    assert db.session.get_one(AdminUser, number).password_hash


def test_a_password_costs_a_thief_what_the_makers_of_argon2_advise(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = importlib.util.find_spec("app.accounts.staff")
    assert fresh is not None
    source = Path(str(fresh.origin)).read_text(encoding="utf-8")
    assert "_hasher = PasswordHasher()" in source
    monkeypatch.setattr(staff, "_hasher", IN_LIFE)
    made("owner@example.com")
    digest = staff.everybody()[0].password_hash
    assert digest.startswith("$argon2id$")
    assert f"m={IN_LIFE.memory_cost},t={IN_LIFE.time_cost}" in digest
    assert IN_LIFE.memory_cost >= 65536
    assert not IN_LIFE.check_needs_rehash(digest)
    nobody = staff.of_nobody(IN_LIFE)
    assert not IN_LIFE.check_needs_rehash(nobody)
    assert len(nobody) == len(digest)
    with pytest.raises(VerifyMismatchError):  # it is worked through to the end, and not refused for its shape
        IN_LIFE.verify(nobody, "a good password")
