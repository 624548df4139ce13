"""Mailed links: once, for their purpose, for their time."""

from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import house, links, staff
from app.accounts.links import Post
from app.accounts.models import AdminUser, Role
from app.accounts.sign_in_models import Purpose, StaffLink
from app.db import db, transaction
from app.outbox.models import OutboxMessage
from app.sealing import Seal

SEAL = Seal(["k" * 40], purpose=links.SEAL_PURPOSE)
POST = Post(seal=SEAL, message_domain="localhost")


@pytest.fixture
def owner(app: Flask, moment: Any) -> int:
    moment("2026-12-08T12:00Z")
    with transaction() as session:
        return staff.create(session, email="owner@example.com", password="a good password").id


def sent(number: int, purpose: Purpose = Purpose.SIGN_IN) -> str:
    with transaction() as session:
        link = links.send(session, session.get_one(AdminUser, number), purpose=purpose, post=POST)
        key = f"{links.KINDS[purpose]}:{link.id}"
    token = SEAL.open(db.session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one().data["sealed"])
    assert token
    return token


def redeem(token: str, purpose: Purpose = Purpose.SIGN_IN) -> int | None:
    with transaction() as session:
        user = links.redeem(session, token, purpose=purpose)
        return user.id if user is not None else None


def test_looking_uses_nothing_up_and_redeeming_does(owner: int) -> None:
    token = sent(owner)
    for _ in range(3):
        found = links.look(token, purpose=Purpose.SIGN_IN)
        assert found is not None
        assert found.id == owner
    assert [redeem(token), redeem(token)] == [owner, None]
    assert links.look(token, purpose=Purpose.SIGN_IN) is None


def test_the_token_stands_nowhere_in_the_open(owner: int) -> None:
    token = sent(owner)
    row, link = db.session.scalars(select(OutboxMessage)).one(), db.session.scalars(select(StaffLink)).one()
    assert len(token) == 43
    assert token not in str(row.data) + row.key + link.token_hash


def test_a_link_is_good_for_its_purpose_only(owner: int) -> None:
    token = sent(owner)
    assert redeem(token, Purpose.INVITATION) is None
    assert redeem(token) == owner


@pytest.mark.parametrize(("purpose", "good"), [(Purpose.SIGN_IN, {"minutes": 14}), (Purpose.INVITATION, {"days": 6, "hours": 23})])
def test_a_link_has_its_time(owner: int, moment: Any, purpose: Purpose, good: dict[str, float]) -> None:
    first, second = sent(owner, purpose), None
    moment.forward(**good)
    assert links.look(first, purpose=purpose) is not None
    second = sent(owner, purpose)
    moment.forward(hours=2)
    assert redeem(first, purpose) is None
    assert (redeem(second, purpose) is None) == (purpose == Purpose.SIGN_IN)


def test_of_many_at_once_one_gets_in(app: Flask, owner: int) -> None:
    token, together, found = sent(owner), Barrier(5), []

    def use() -> None:
        together.wait()
        with app.app_context():
            found.append(redeem(token))

    people = [Thread(target=use) for _ in range(5)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(found, key=bool) == [None] * 4 + [owner]


def test_using_one_link_ends_the_others(owner: int) -> None:
    first, second = sent(owner), sent(owner)
    assert redeem(second) == owner
    assert redeem(first) is None


def test_a_second_invitation_ends_the_first(app: Flask, owner: int) -> None:
    with transaction() as session:
        number = staff.invite(session, email="new@example.com", role=Role.HOST).id
    first, second = sent(number, Purpose.INVITATION), sent(number, Purpose.INVITATION)
    assert redeem(first, Purpose.INVITATION) is None
    assert list(links.invited_until()) == [number]
    assert redeem(second, Purpose.INVITATION) == number
    assert links.invited_until() == {}


def test_nobody_comes_in_by_a_link_once_switched_off(owner: int) -> None:
    with transaction() as session:
        other = staff.create(session, email="other@example.com", password="a good password").id
    token = sent(other)
    with transaction() as session:
        staff.switch_off(session, staff_id=other)
    assert links.look(token, purpose=Purpose.SIGN_IN) is None
    assert redeem(token) is None


def test_old_links_are_forgotten(owner: int, moment: Any) -> None:
    sent(owner)
    moment.forward(days=31)
    house.forget_old()
    assert db.session.scalar(select(func.count()).select_from(StaffLink)) == 0
