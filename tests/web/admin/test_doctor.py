"""The doctor's page: begins an examination, shows how far it is, and what to do."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import Role
from app.db import db, transaction
from app.doctor import kept
from app.doctor.examine import Check
from app.doctor.finding import failed, good, off, warning
from app.doctor.kept import Practice, Seen
from app.doctor.models import Examination
from app.outbox.models import OutboxMessage
from app.wiring import patient_of
from tests.conftest import refresh, token_in

FOUND = (
    Check("settings", "This site", "Settings", lambda _: good("All that is needed is set.")),
    Check("disk", "This site", "Disk", lambda _: warning("The disk fills up.", "du -xh")),
    Check("mail-server", "Mail", "Mail server", lambda _: failed("Nothing listens there.", "MAIL_SERVER=…\nnc -vz")),
    Check("api-key", "Cal.com", "API key", lambda _: off("There is no CALCOM_API_KEY.", "CALCOM_API_KEY=cal_…")),
)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`checks(check, …)`: these are all the checks that there are."""

    def use(*wanted: Check) -> None:
        monkeypatch.setattr(kept, "CHECKS", wanted)
        monkeypatch.setattr(kept, "examine", lambda patient, real=kept.examine: real(patient, wanted))

    return use


def press(browser: FlaskClient) -> str:
    """The page after "Examine"."""
    answer = browser.post("/admin/doctor", data={"csrf_token": token_in(browser.get("/admin/doctor").text)})
    assert (answer.status_code, answer.location) == (302, "/admin/doctor")
    return browser.get("/admin/doctor").text


def test_before_the_first_examination_it_says_what_it_would_do(sign_in: Callable[..., FlaskClient]) -> None:
    page = sign_in().get("/admin/doctor").text
    assert "No examination yet" in page
    assert "Examine now" in page


def test_an_examination_shows_each_finding_and_what_to_do(sign_in: Callable[..., FlaskClient], checks: Callable[..., None]) -> None:
    checks(*FOUND)
    page = press(sign_in())
    assert "1 broken:" in page
    for words in ("All that is needed is set.", "The disk fills up.", "du -xh", "Nothing listens there.", "MAIL_SERVER=…\nnc -vz", "CALCOM_API_KEY=cal_…"):
        assert words in page
    assert page.count("What to do</p>") == 3
    assert page.index("Settings</h3>") < page.index("Disk</h3>") < page.index("Mail server</h3>") < page.index("API key</h3>")


@pytest.mark.parametrize(("chosen", "words"), [(FOUND[:1], "All is well."), (FOUND[:2], "It works.")])
def test_the_whole_is_said_in_a_word(chosen: Any, words: str, sign_in: Callable[..., FlaskClient], checks: Callable[..., None]) -> None:
    checks(*chosen)
    assert words in press(sign_in())


def test_while_it_runs_it_shows_how_far_it_is(app: Flask, sign_in: Callable[..., FlaskClient], checks: Callable[..., None], monkeypatch: Any) -> None:
    gate: list[int] = []

    def wait(_: Any) -> Any:
        while not gate:
            time.sleep(0.01)
        return good("At last.")

    checks(FOUND[0], Check("disk", "This site", "Disk", wait))
    monkeypatch.setattr("app.web.admin.doctor.WAIT_SECONDS", 0.3)
    browser = sign_in()
    page = press(browser)
    assert "1 of 2 looked at" in page
    assert "1 of 2 looked at" in press(browser), "a second press does not begin anew"
    gate.append(1)
    until = time.monotonic() + 5
    while "At last." not in browser.get("/admin/doctor").text and time.monotonic() < until:
        time.sleep(0.05)
    assert "All is well." in browser.get("/admin/doctor").text


def test_another_process_shows_what_was_found_here(app: Flask, make_app: Callable[..., Flask], sign_in: Callable[..., FlaskClient], checks: Any) -> None:
    checks(*FOUND)
    press(sign_in())
    other = make_app(DATABASE_URL=app.extensions["settings"].DATABASE_URL)
    with other.app_context():
        seen = other.extensions["works"].practice.latest()
    assert (seen.running, [row["name"] for row in seen.results]) == (False, ["settings", "disk", "mail-server", "api-key"])


def test_an_examination_whose_process_died_is_said_to_have_broken_off(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with transaction() as session:
        session.add(Examination(started_at=clock.now() - timedelta(hours=1), results=[]))
    assert "The examination broke off." in sign_in().get("/admin/doctor").text


def test_only_the_newest_examinations_are_kept(app: Flask, checks: Callable[..., None]) -> None:
    checks(FOUND[0])
    for _ in range(7):
        Practice(lambda: patient_of(app)).begin(wait=5)
    refresh()

    assert len(list(db.session.query(Examination))) == kept.KEPT


def test_what_cannot_be_kept_is_shown_all_the_same(make_app: Callable[..., Flask], checks: Callable[..., None]) -> None:
    checks(FOUND[0])
    app = make_app(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:9/none")
    practice = Practice(lambda: patient_of(app))
    practice.begin(wait=20)
    assert isinstance(practice._seen, Seen)
    assert [row["name"] for row in practice._seen.results] == ["settings"]


def test_who_may_only_read_sees_it_and_cannot_begin(sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in(role=Role.READ_ONLY)
    page = browser.get("/admin/doctor").text
    assert "Examine now" not in page
    assert browser.post("/admin/doctor", data={"csrf_token": token_in(page)}).status_code == 403
    assert sign_in(role=Role.HOST, email="host@example.com").get("/admin/doctor").status_code == 403


def test_an_alarm_stands_on_top_of_every_page_while_it_lasts(app: Flask, sign_in: Callable[..., FlaskClient], work: Callable[[], None]) -> None:
    values = {"key": "1", "kind": "confirmation", "recipient": "i@example.org", "message_id": "<1@x>", "state": "dead"}
    with transaction() as session:
        session.add(OutboxMessage(**values, due_at=clock.now(), created_at=clock.now()))
    browser = sign_in()
    assert "Mails could not be sent" not in browser.get("/admin/calendar").text
    work()
    for path in ("/admin/calendar", "/admin/inbox", "/admin/doctor"):
        assert "Mails could not be sent." in browser.get(path).text
    assert "Waiting for you: 1." in browser.get("/admin/calendar").text
    assert "could not be sent" not in sign_in(role=Role.HOST, email="host@example.com").get("/admin/calendar").text
