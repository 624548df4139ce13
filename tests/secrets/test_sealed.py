"""Everything sealed is sealed anew with another SECRET_KEY, a batch at a time; and no seal is forgotten."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from app import clock
from app.calcom.models import ManagedUser, SecretChange
from app.db import db, transaction
from app.outbox.models import OutboxMessage
from app.outbox.publish import Wanted, publish
from app.sealing import Seal
from app.secrets import sealed
from app.secrets.sealed import PLACES, reseal
from bench.serving import ROOT
from tests.conftest import outside

PASSING = {"search for people"}
"""Seals that live in an address for as long as somebody looks at a page."""
OLD, NEW = "o" * 40, "n" * 40


def fill(app: Flask, number: int) -> None:
    users, change, link = (Seal([OLD], purpose=place.purpose) for place in (PLACES[0], PLACES[1], PLACES[-1]))
    with transaction() as session:
        for each in range(number):
            tokens = {"access_token": users.close(f"access {each}"), "refresh_token": users.close(f"refresh {each}") if each % 2 else ""}
            session.add(ManagedUser(client_id="x", email=f"{each}@example.org", created_at=clock.now(), **tokens))
        session.add(SecretChange(name="CALCOM_API_KEY", state="done", value=change.close("cal_new"), started_at=clock.now()))
        publish(
            session,
            [Wanted("link", "sign_in_link", "ada@example.org", {"sealed": link.close("token"), "by": ""})],
            booking_id=None,
            message_domain="example.com",
        )


def opened() -> list[str]:
    db.session.rollback()
    seal = Seal([NEW], purpose=PLACES[0].purpose)
    return [str(seal.open(user.access_token)) for user in db.session.scalars(select(ManagedUser).order_by(ManagedUser.id))]


def test_all_is_sealed_with_the_new_key_and_opens_without_the_old_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "BATCH", 2)
    fill(app, 5)
    before = {tally.table: (tally.fresh, tally.old, tally.closed) for tally in reseal([NEW, OLD], change=False)}
    assert before["managed_user"] == (0, 7, 0)
    assert opened() == ["None"] * 5
    reseal([NEW, OLD])
    assert opened() == [f"access {each}" for each in range(5)]
    after = {tally.table: (tally.fresh, tally.old, tally.closed) for tally in reseal([NEW], change=False)}
    assert after == {name: (old, 0, 0) for name, (_, old, _) in before.items()}
    assert after["outbox_message"] == (1, 0, 0)
    link = db.session.scalars(select(OutboxMessage)).one()
    assert Seal([NEW], purpose=PLACES[-1].purpose).open(link.data["sealed"]) == "token"
    assert link.data["by"] == ""


def test_stopped_in_the_middle_it_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "BATCH", 2)
    fill(app, 5)

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reseal([NEW, OLD], watch=stop)
    assert opened() == ["access 0", "access 1", "None", "None", "None"]
    tally = reseal([NEW, OLD])[0]
    assert (tally.fresh, tally.old) == (3, 4)
    assert opened() == [f"access {each}" for each in range(5)]


def test_what_no_key_opens_is_counted_and_left_alone(app: Flask) -> None:
    fill(app, 1)
    found = {tally.table: tally.closed for tally in reseal([NEW, "another key of former times, long"])}
    assert found["managed_user"] == 1
    assert reseal([NEW, OLD])[0].old == 1


def test_the_command_says_what_is_left(app: Flask, make_app: Callable[..., Flask], database_url: str) -> None:
    fill(app, 1)
    rotated = make_app(DATABASE_URL=database_url, SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD])

    def flask(*arguments: str) -> Any:
        return outside(FlaskCliRunner(rotated).invoke, args=["secrets", "reseal", *arguments])

    assert "managed_user: 0 fresh, 1 would be sealed anew" in flask("--dry-run").output
    assert flask().exit_code == 0
    assert '"fresh": 1' in flask("--json").stdout


def test_no_seal_is_missing_here() -> None:
    purposes = {place.purpose for place in PLACES}
    for path in (ROOT / "app").rglob("*.py"):
        for found in re.finditer(r'^(?:SEAL_)?PURPOSE = "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
            assert found[1] in purposes | PASSING, f"{path.name}: {found[1]} is sealed and not in PLACES"


def test_sessions_survive_a_change_of_the_key(app: Flask, sign_in: Any, make_app: Callable[..., Flask], database_url: str) -> None:
    browser = sign_in()
    cookie = browser.get_cookie("session")
    assert cookie is not None
    rotated = make_app(DATABASE_URL=database_url, SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=["k" * 40]).test_client()
    rotated.set_cookie("session", cookie.value)
    assert rotated.get("/admin/calendar").status_code == 200
    without = make_app(DATABASE_URL=database_url, SECRET_KEY=NEW).test_client()
    without.set_cookie("session", cookie.value)
    assert without.get("/admin/calendar").status_code == 302
