"""Tokens of managed users: one refresher, sealed at rest, given out only while they live."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app import clock
from app.calcom import managed_users
from app.calcom.calling import Caller
from app.calcom.errors import Away, NotConfigured, Unsure, Wait
from app.calcom.managed_users import PURPOSE, ManagedUsers
from app.calcom.models import ManagedUser
from app.calcom.pace import SharedPace
from app.calcom.pace_store import Memory
from app.calcom.transport import Wire
from app.db import db, transaction
from app.sealing import Seal
from tests.calcom.misbehaving import Behaviour, Server, answer, good, hang_up

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
SECRET = "the-secret-of-the-oauth-client"
REFRESH = "POST /v2/oauth/client-1/refresh"
FORCE = "POST /v2/oauth-clients/client-1/users/77/force-refresh"
FIND = "GET /v2/oauth-clients/client-1/users"
MAKE = "POST /v2/oauth-clients/client-1/users"
REFUSED = answer(401, {"status": "error", "error": {"message": "Invalid refresh token"}})
CRASH = answer(500, {"statusCode": 500})


def pair(number: int, *, minutes: float = 60, user: int | None = None) -> dict[str, Any]:
    until = int((clock.now() + timedelta(minutes=minutes)).timestamp() * 1000)
    plain = {"accessToken": f"access-{number}", "refreshToken": f"refresh-{number}", "accessTokenExpiresAt": until, "refreshTokenExpiresAt": until * 2}
    return plain | ({"user": {"id": user, "email": "ada+client-1@example.org"}} if user else {})


@pytest.fixture(autouse=True)
def at_nine(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    for name in ("SHORT_PAUSE", "PERSON_SECONDS"):
        monkeypatch.setattr(f"app.calcom.calling.{name}", 0.001 if name == "SHORT_PAUSE" else 5.0)
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def adapter(server: Server, app: Flask) -> Callable[..., ManagedUsers]:
    def make(keys: tuple[str, ...] = ("k" * 40,)) -> ManagedUsers:
        wire = Wire(server.url, "", headers={"x-cal-client-id": "client-1", "x-cal-secret-key": SECRET})
        return ManagedUsers(Caller(wire, SharedPace(Memory(), SECRET)), Seal(keys, purpose=PURPOSE), client_id="client-1", sleep=lambda _: time.sleep(0.01))

    return make


def row() -> ManagedUser:
    db.session.rollback()
    return db.session.scalars(sa.select(ManagedUser)).one()


def age(**values: Any) -> None:
    db.session.rollback()
    with transaction() as session:
        session.execute(sa.update(ManagedUser).values(**values))


def test_somebody_new_is_made_and_then_served_from_the_row(adapter: Callable[..., ManagedUsers], server: Server) -> None:
    server.will(good([]), answer(201, {"status": "success", "data": pair(1, user=77)}))
    token = adapter().token_of(email=" Ada@Example.org ", name="Ada", time_zone="Asia/Kolkata")
    assert token.access_token == "access-1"
    assert timedelta(minutes=59) < token.expires_at - clock.now() <= timedelta(minutes=60)
    assert adapter().token_of(email="ada@example.org") == token
    assert server.targets == [FIND, MAKE]
    assert server.asked[1].json == {"email": "ada@example.org", "name": "Ada", "timeZone": "Asia/Kolkata"}
    assert server.asked[1].headers["x-cal-secret-key"] == SECRET
    assert "authorization" not in server.asked[1].headers


def test_tokens_lie_sealed(adapter: Callable[..., ManagedUsers], server: Server) -> None:
    server.will(good([]), answer(201, {"data": pair(1, user=77)}))
    token = adapter().token_of(email="ada@example.org")
    kept = row()
    everything = " ".join(str(value) for value in vars(kept).values())
    assert "access-1" not in everything
    assert "refresh-1" not in everything
    assert "access-1" not in repr(token)
    assert (kept.calcom_id, kept.lease, kept.lease_until) == (77, "", None)


def test_an_old_token_is_refreshed_with_the_newest_refresh_token(adapter: Callable[..., ManagedUsers], server: Server) -> None:
    server.will(good([]), answer(201, {"data": pair(1, user=77)}), good(pair(2)), good(pair(3)))
    adapter().token_of(email="ada@example.org")
    for number in (2, 3):
        age(expires_at=clock.now() + timedelta(minutes=4))
        assert adapter().token_of(email="ada@example.org").access_token == f"access-{number}"
    assert server.targets[2:] == [REFRESH, REFRESH]
    assert [asked.json for asked in server.asked[2:]] == [{"refreshToken": "refresh-1"}, {"refreshToken": "refresh-2"}]


@pytest.mark.parametrize("fault", [REFUSED, answer(400, {}), answer(404, {})])
def test_a_refresh_token_that_is_spent_is_replaced_by_force(adapter: Callable[..., ManagedUsers], server: Server, fault: Behaviour) -> None:
    server.will(good([]), answer(201, {"data": pair(1, user=77)}), fault, good(pair(2)))
    adapter().token_of(email="ada@example.org")
    age(expires_at=clock.now())
    assert adapter().token_of(email="ada@example.org").access_token == "access-2"
    assert server.targets[2:] == [REFRESH, FORCE]
    assert row().calcom_id == 77


def test_a_refresh_whose_answer_got_lost_leaves_a_way_out(adapter: Callable[..., ManagedUsers], server: Server) -> None:
    server.will(good([]), answer(201, {"data": pair(1, user=77)}), hang_up, REFUSED, good(pair(3)))
    adapter().token_of(email="ada@example.org")
    age(expires_at=clock.now())
    with pytest.raises(Unsure):
        adapter().token_of(email="ada@example.org")
    assert row().lease_until is None, "the lease is given back"
    assert adapter().token_of(email="ada@example.org").access_token == "access-3"


def test_somebody_whom_cal_com_knows_already_is_found_again(adapter: Callable[..., ManagedUsers], server: Server) -> None:
    others = [{"id": 5, "email": "eve@example.org"}, {"id": 77, "email": "ada+client-1@example.org"}]
    server.will(good([]), hang_up, good(others), good(pair(2)))
    with pytest.raises(Unsure):
        adapter().token_of(email="ada@example.org")
    assert adapter().token_of(email="ada@example.org").access_token == "access-2"
    assert server.targets == [FIND, MAKE, FIND, FORCE]


def test_of_many_who_ask_at_once_one_refreshes(app: Flask, adapter: Callable[..., ManagedUsers], server: Server) -> None:
    def slowly(line: Any) -> None:
        time.sleep(0.3)
        good(pair(2))(line)

    server.will(good([]), answer(201, {"data": pair(1, user=77)}), slowly, CRASH)
    adapter().token_of(email="ada@example.org")
    age(expires_at=clock.now())
    found: list[str] = []

    def ask() -> None:
        with app.app_context():
            found.append(adapter().token_of(email="ada@example.org").access_token)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == ["access-2"] * 6
    assert server.targets.count(REFRESH) == 1


def test_a_lease_whose_holder_died_ends(adapter: Callable[..., ManagedUsers], server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.will(good([]), answer(201, {"data": pair(1, user=77)}), good(pair(2)))
    adapter().token_of(email="ada@example.org")
    age(expires_at=clock.now(), lease="dead", lease_until=clock.now() + timedelta(seconds=30))
    monkeypatch.setattr(managed_users, "PATIENCE_SECONDS", 0.05)
    with pytest.raises(Wait):
        adapter().token_of(email="ada@example.org")
    age(lease_until=clock.now() - timedelta(seconds=1))
    assert adapter().token_of(email="ada@example.org").access_token == "access-2"


def test_after_a_change_of_the_key_tokens_still_open_and_a_lost_key_only_costs_a_call(adapter: Callable[..., ManagedUsers], server: Server) -> None:
    server.will(good([]), answer(201, {"data": pair(1, user=77)}), good(pair(2)))
    adapter().token_of(email="ada@example.org")
    assert adapter(("n" * 40, "k" * 40)).token_of(email="ada@example.org").access_token == "access-1"
    assert adapter(("n" * 40,)).token_of(email="ada@example.org").access_token == "access-2"
    assert server.targets[2:] == [FORCE]


@pytest.mark.parametrize("data", [None, {"accessToken": "a"}, {"accessToken": "a", "refreshToken": "b", "accessTokenExpiresAt": "soon"}])
def test_tokens_that_cannot_be_understood_are_not_given_out(adapter: Callable[..., ManagedUsers], server: Server, data: object) -> None:
    server.will(good([]), answer(201, {"data": data}))
    with pytest.raises(Unsure):
        adapter().token_of(email="ada@example.org")
    server.will(CRASH)
    with pytest.raises(Away):
        adapter().token_of(email="ada@example.org")


def test_without_client_id_and_secret_it_is_off() -> None:
    with pytest.raises(NotConfigured, match="CALCOM_CLIENT_ID"):
        ManagedUsers(None, Seal(["k" * 40], purpose=PURPOSE), client_id="").token_of(email="ada@example.org")
