"""A new owner is walked from an account to the first booking; each step is looked at for real and can be put aside."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.db import transaction
from app.doctor.models import Examination
from app.hosts.models import EventType, Host
from app.sync.models import RunKind, RunState, SyncRun
from app.web.admin.first_run.steps import steps
from tests.conftest import token_in
from tests.web.admin.conftest import NOON

Browser = Callable[..., FlaskClient]


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str) -> Any:
    app = make_app(DATABASE_URL=sqlite_url, CALCOM_API_KEY="cal_live_0123456789", MAIL_SERVER="mail.example.com")
    with app.app_context():
        yield app


def states(page: str) -> dict[str, str]:
    return dict(re.findall(r'id="(\w+)" data-key="step-\w+">\s*<h2>[^<]*<span class="badge badge-\w+">([^<]+)<', page))


def examined(**status: str) -> None:
    rows = [
        {"group": "x", "name": name.replace("_", "-"), "title": name, "status": said, "says": f"{name} says", "fix": "do this"} for name, said in status.items()
    ]
    with transaction() as session:
        session.add(Examination(started_at=NOON, finished_at=NOON, results=rows))


def test_nothing_is_done_in_a_new_house(sign_in: Browser) -> None:
    page = sign_in().get("/admin/first-run").text
    assert states(page) == {"link": "To do", "key": "To do", "webhook": "To do", "mail": "To do", "booking": "To do"}
    assert "/webhooks/calcom</code>" in page
    assert "BOOKING_CREATED, BOOKING_REQUESTED" in page
    assert "s3cret" not in page


def test_what_happened_shows_that_a_step_is_done(delivered: Any, mailed: Any, book: Any, app: Flask, sign_in: Browser) -> None:
    delivered(trigger="PING")
    mailed(state="sent")
    book()
    link = app.extensions["settings"].CALCOM_LINK
    with transaction() as session:
        host = Host(kind="person", calcom_id=1, username="acme", last_synced_at=NOON)
        session.add(host)
        session.flush()
        session.add(EventType(calcom_id=1, host_id=host.id, slug="consultation", minutes=30, link=link, last_synced_at=NOON))
        session.add(SyncRun(kind=RunKind.FIRST, state=RunState.DONE, asked_at=NOON, ended_at=NOON))
    browser = sign_in()
    page = browser.get("/admin/first-run").text
    assert states(page) == {"link": "Done", "key": "Done", "webhook": "Arrived", "mail": "Done", "booking": "Done"}
    assert "Everything is in place." in page
    assert "First steps" not in browser.get("/admin/").text


def test_our_own_round_trip_is_no_delivery_of_calcom(delivered: Any, sign_in: Browser) -> None:
    delivered(trigger="FRONTDESK_ROUND_TRIP")
    assert states(sign_in().get("/admin/first-run").text)["webhook"] == "To do"


def test_what_the_doctor_found_stands_at_its_step(sign_in: Browser) -> None:
    examined(embed="ok", api_key="ok", mail_server="failed", webhook_triggers="warning")
    page = sign_in().get("/admin/first-run").text
    assert states(page)["link"] == "Done"
    assert states(page)["key"] == "Done"
    assert states(page)["mail"] == "To do"
    assert "mail_server says" in page
    assert "webhook_triggers says" in page
    assert page.count("do this") == 2


def test_a_step_or_the_page_can_be_put_aside_and_taken_up(sign_in: Browser) -> None:
    browser = sign_in()
    assert "0 of 5 done" in browser.get("/admin/").text
    form = {"csrf_token": token_in(browser.get("/admin/first-run").text)}
    browser.post("/admin/first-run/mail/aside", data=form)
    assert states(browser.get("/admin/first-run").text)["mail"] == "Put aside"
    assert "1 of 5 done" in browser.get("/admin/").text
    browser.post("/admin/first-run/mail/take-up", data=form)
    assert states(browser.get("/admin/first-run").text)["mail"] == "To do"
    assert browser.post("/admin/first-run/all/aside", data=form).location == "/admin/"
    assert "First steps</h2>" not in browser.get("/admin/").text
    browser.post("/admin/first-run/all/take-up", data=form)
    assert "First steps</h2>" in browser.get("/admin/").text
    assert browser.post("/admin/first-run/nonsense/aside", data=form).status_code == 404


def test_the_doctor_is_asked_by_a_button(sign_in: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    monkeypatch.setattr(app.extensions["works"].practice, "begin", lambda *, wait: asked.append(wait))
    browser = sign_in()
    answer = browser.post("/admin/first-run/look", data={"csrf_token": token_in(browser.get("/admin/first-run").text)})
    assert (answer.location, len(asked)) == ("/admin/first-run", 1)


def test_a_house_without_settings_says_which(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(DATABASE_URL=sqlite_url, CALCOM_LINK="", CALCOM_API_KEY="", MAIL_SERVER="")
    with app.test_request_context(), app.app_context():
        said = {step.name: step.says for step in steps()}
    assert said["link"] == "CALCOM_LINK is not set."
    assert said["key"] == "CALCOM_API_KEY is not set."
    assert "MAIL_SERVER is not set" in said["mail"]


def test_only_who_may_change_something_sees_it(sign_in: Browser) -> None:
    browser = sign_in(role=Role.READ_ONLY, email="read@example.com")
    assert browser.get("/admin/first-run").status_code == 403
    assert "First steps" not in browser.get("/admin/").text
