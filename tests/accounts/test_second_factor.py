"""Codes of the app and recovery codes: each works once, also when two browsers send it together."""

from threading import Barrier, Thread
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts import second_factor, staff
from app.accounts.sign_in_models import RecoveryCode, SecondFactor
from app.db import db, transaction
from app.sealing import Seal

SEAL = Seal(["k" * 40], purpose=second_factor.PURPOSE)


@pytest.fixture
def owner(app: Flask, moment: Any) -> int:
    moment("2026-12-08T12:00:10Z")
    with transaction() as session:
        return staff.create(session, email="owner@example.com", password="a good password").id


def code_at(secret: str, *, later: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + later)


def accept(owner: int, code: str, seal: Seal = SEAL) -> str:
    with transaction() as session:
        return second_factor.accept(session, staff_id=owner, code=code, seal=seal)


@pytest.fixture
def secret(owner: int, moment: Any) -> str:
    with transaction() as session:
        second_factor.begin(session, staff_id=owner, seal=SEAL)
    found = second_factor.waiting_secret(owner, seal=SEAL)
    with transaction() as session:
        assert len(second_factor.confirm(session, staff_id=owner, code=code_at(found), seal=SEAL)) == 10
    moment.forward(minutes=5)
    return found


def test_it_is_on_only_after_a_first_code(owner: int) -> None:
    with transaction() as session:
        second_factor.begin(session, staff_id=owner, seal=SEAL)
    found = second_factor.waiting_secret(owner, seal=SEAL)
    assert len(found) == 32
    with transaction() as session:
        assert second_factor.confirm(session, staff_id=owner, code="000000", seal=SEAL) == []
    assert not second_factor.is_on(owner)
    assert accept(owner, code_at(found)) == ""
    with transaction() as session:
        assert second_factor.confirm(session, staff_id=owner, code=f" {code_at(found)[:3]} {code_at(found)[3:]}", seal=SEAL)
    assert second_factor.is_on(owner)
    assert second_factor.with_it_on() == {owner}
    assert second_factor.waiting_secret(owner, seal=SEAL) == ""


def test_the_code_that_switched_it_on_signs_nobody_in(owner: int) -> None:
    with transaction() as session:
        second_factor.begin(session, staff_id=owner, seal=SEAL)
    code = code_at(second_factor.waiting_secret(owner, seal=SEAL))
    with transaction() as session:
        assert second_factor.confirm(session, staff_id=owner, code=code, seal=SEAL)
    assert accept(owner, code) == ""


def test_a_code_works_once(owner: int, secret: str) -> None:
    code = code_at(secret)
    assert accept(owner, code) == "app"
    assert accept(owner, code) == ""


def test_a_code_of_the_step_before_is_good_but_not_after_a_later_one(owner: int, secret: str) -> None:
    assert accept(owner, code_at(secret, later=-30)) == "app"
    assert accept(owner, code_at(secret)) == "app"
    assert accept(owner, code_at(secret, later=-30)) == ""
    assert accept(owner, code_at(secret, later=30)) == "app"


@pytest.mark.parametrize("later", [-60, -90, 60, 90, 3600])
def test_codes_of_other_moments_are_wrong(owner: int, secret: str, later: int) -> None:
    assert accept(owner, code_at(secret, later=later)) == ""


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "0" * 4000, "\ud800"])
def test_odd_input_is_a_wrong_code(owner: int, secret: str, typed: str) -> None:
    assert accept(owner, typed) == ""


def test_of_two_browsers_with_the_same_code_one_gets_in(app: Flask, owner: int, secret: str) -> None:
    code, together, found = code_at(secret), Barrier(4), []

    def send() -> None:
        together.wait()
        with app.app_context():
            found.append(accept(owner, code))

    browsers = [Thread(target=send) for _ in range(4)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()
    assert sorted(found) == ["", "", "", "app"]


def test_the_secret_and_the_codes_cannot_be_read_from_the_database(owner: int, secret: str) -> None:
    row = db.session.get_one(SecondFactor, owner)
    with transaction() as session:
        codes = second_factor.renew_recovery_codes(session, staff_id=owner)
    db.session.rollback()
    kept = {row.secret, row.pending, *db.session.scalars(select(RecoveryCode.code_hash))}
    assert not any(shown in each for shown in (secret, *codes) for each in kept)


def test_a_secret_of_an_earlier_key_still_opens_and_is_sealed_anew(owner: int, secret: str) -> None:
    newer = Seal(["n" * 40, "k" * 40], purpose=second_factor.PURPOSE)
    before = db.session.get_one(SecondFactor, owner).secret
    assert accept(owner, code_at(secret), newer) == "app"
    db.session.rollback()
    after = db.session.get_one(SecondFactor, owner).secret
    assert before != after
    assert newer.fresh(after)
    stranger = Seal(["x" * 40], purpose=second_factor.PURPOSE)
    assert accept(owner, code_at(secret, later=30), stranger) == ""


def test_each_recovery_code_works_once_and_new_ones_end_the_old(owner: int, secret: str) -> None:
    with transaction() as session:
        codes = second_factor.renew_recovery_codes(session, staff_id=owner)
    assert len(set(codes)) == 10
    assert accept(owner, codes[0].lower().replace("-", " ")) == "recovery"
    assert accept(owner, codes[0]) == ""
    assert second_factor.recovery_codes_left(owner) == 9
    with transaction() as session:
        second_factor.renew_recovery_codes(session, staff_id=owner)
    assert accept(owner, codes[1]) == ""
    assert second_factor.recovery_codes_left(owner) == 10


def test_a_recovery_code_is_good_for_its_owner_only(owner: int, secret: str) -> None:
    with transaction() as session:
        other = staff.create(session, email="other@example.com", password="a good password").id
        codes = second_factor.renew_recovery_codes(session, staff_id=owner)
    assert accept(other, codes[0]) == ""
    assert accept(owner, codes[0]) == "recovery"


def test_taken_off_nothing_of_it_is_left(owner: int, secret: str) -> None:
    with transaction() as session:
        assert second_factor.remove(session, staff_id=owner)
        assert not second_factor.remove(session, staff_id=owner)
    assert not second_factor.is_on(owner)
    assert second_factor.recovery_codes_left(owner) == 0
    assert accept(owner, code_at(secret)) == ""


def test_the_address_for_the_app_names_site_and_person(secret: str) -> None:
    found = second_factor.address(secret, email="owner@example.com", issuer="North Quay")
    assert found.startswith("otpauth://totp/North%20Quay:owner%40example.com?secret=")
