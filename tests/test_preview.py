"""A preview with everything switched on: a real mail server gets nothing, Cal.com is told nothing, browsers are led nowhere."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import preview
from app.calcom.errors import CalcomError, NotAllowed
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.config import Settings, SettingsError
from app.mail.transport import FileTransport
from app.sandbox import payloads
from app.sandbox.engine import Engine
from tests.calcom.test_contract import ACTS
from tests.factories.far_calcom import FarCalcom, far_calcom
from tests.factories.orders import order
from tests.mail.mailserver import Mailbox, Server

EVERYTHING = {
    "PREVIEW": True,
    "MAIL_SERVER": "127.0.0.1",
    "MAIL_USE_TLS": False,
    "MAIL_USERNAME": "owner",
    "MAIL_PASSWORD": "a password",
    "MAIL_KINDS": ["all"],
    "MAIL_PREVIEW_ONLY": False,
    "ADMIN_EMAIL": "owner@example.com",
    "CALCOM_CLIENT_ID": "platform",
    "CALCOM_CLIENT_SECRET": "a-secret-of-the-platform",
}


@pytest.fixture
def told() -> list[str]:
    """Every request that changed something at Cal.com."""
    return []


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> Iterator[FarCalcom]:
    """A Cal.com that counts as the live one although it is on this machine."""
    monkeypatch.setattr(preview, "HERE", frozenset())
    with far_calcom() as far:
        draw = far.desk.faults.draw

        def note(dials: Any, *, method: str, path: str) -> str:
            if method != "GET":
                told.append(f"{method} {path}")
            return draw(dials, method=method, path=path)

        far.desk.faults.draw = note  # type: ignore[method-assign]
        yield far


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """What a real mail server got, and its port."""
    box = Mailbox()
    server = Server(box)
    server.start()
    yield box, server.port
    server.stop()


@pytest.fixture
def site(live: FarCalcom, mailbox: tuple[Mailbox, int], make_app: Callable[..., Flask]) -> Iterator[Flask]:
    app = make_app(MAIL_PORT=mailbox[1], **EVERYTHING, **live.settings)
    with app.app_context():
        yield app


def test_every_mail_becomes_a_file(site: Flask, mailbox: tuple[Mailbox, int]) -> None:
    works = site.extensions["works"]
    browser = site.test_client()

    def deliver(happening: Any) -> None:
        body = payloads.body(happening, booker_url="http://localhost:8001")
        answer = browser.post("/webhooks/calcom", data=body, headers={SIGNATURE_HEADER: sign("a-secret-for-the-tests", body)})
        assert answer.status_code == 200

    engine = Engine(announce=deliver)
    engine.create(order(engine, "intro"))
    works.work()
    assert isinstance(works.transport, FileTransport)
    assert len(list(Path(site.instance_path, "outbox").glob("*.eml"))) >= 2
    assert (mailbox[0].bodies, mailbox[0].envelopes) == ([], [])
    assert (site.config["MAIL_SERVER"], site.config["MAIL_PASSWORD"]) == ("", "")


def test_whatever_the_client_can_do_changes_nothing(site: Flask, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.calcom.calling.SETTLE_PAUSES", ())
    for act in ACTS.values():
        with suppress(CalcomError):
            act(site.extensions["works"].calcom)
    assert told == []


def test_who_wants_to_change_something_is_told_why(site: Flask, told: list[str]) -> None:
    works = site.extensions["works"]
    assert works.calcom.people.me().username
    with pytest.raises(NotAllowed, match="This is a preview"):
        works.calcom.webhooks.delete("1")
    with pytest.raises(NotAllowed, match="This is a preview"):
        works.managed_users.token_of(email="ada@example.org")
    assert told == []


def test_browsers_are_led_nowhere_and_told_why(make_app: Callable[..., Flask]) -> None:
    browser = make_app(PREVIEW=True, CALCOM_EMBED_URL="https://app.cal.com/embed/embed.js").test_client()
    for path in ("/", "/book", "/consultation", "/admin/sign-in"):
        answer = browser.get(path)
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "cal.com" not in answer.headers["Content-Security-Policy"]
        assert "//app.cal.com" not in answer.text
        assert "Preview: no mail leaves from here" in answer.text


def test_a_calcom_on_this_machine_is_used_as_usual() -> None:
    settings = Settings(
        PREVIEW=True, CALCOM_ORIGIN="http://localhost:8001", CALCOM_EMBED_URL="http://localhost:8001/e.js", CALCOM_API_URL="http://localhost:8001/v2"
    )
    assert (settings.CALCOM_ORIGIN, settings.embed_url, settings.only_asks) == ("http://localhost:8001", "http://localhost:8001/e.js", False)


def test_any_other_site_is_as_it_was(make_app: Callable[..., Flask]) -> None:
    settings = Settings(MAIL_SERVER="smtp.example.com")
    assert (settings.MAIL_SERVER, settings.CALCOM_ORIGIN, settings.only_asks) == ("smtp.example.com", "https://app.cal.com", False)
    answer = make_app().test_client().get("/")
    assert "X-Robots-Tag" not in answer.headers
    assert "Preview:" not in answer.text


def test_half_a_preview_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="PREVIEW"):
        Settings.load({"PREVIEW": "perhaps", "MAIL_SERVER": "smtp.example.com"})


@pytest.mark.parametrize("value", ["1", "true", "yes", "on"])
def test_every_way_to_say_yes_counts(value: str) -> None:
    assert Settings.load({"PREVIEW": value, "MAIL_SERVER": "smtp.example.com", "MAIL_PASSWORD": "x"}).MAIL_SERVER == ""
