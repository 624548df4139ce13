"""The page of comparisons with Cal.com: its figure, its runs, its button, and what it says without a key."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import Role
from app.bookings.audit import Cause
from app.bookings.facts import Fact, Kind
from app.bookings.lifecycle import record
from app.db import transaction
from app.sync import queries, runs
from app.sync.models import RunKind, RunState, SyncRun
from tests.conftest import in_worker, token_in

KEY = "cal_live_0123456789"


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str) -> Any:
    app = make_app(DATABASE_URL=sqlite_url, CALCOM_API_KEY=KEY)
    with app.app_context():
        yield app


def ran(app: Flask, **values: Any) -> int:
    """A run that ended like this."""

    def add() -> int:
        now = clock.now()
        defaults = {"kind": RunKind.CHANGES, "cause": "clock", "state": RunState.DONE, "asked_at": now, "started_at": now, "ended_at": now}
        with transaction() as session:
            run = SyncRun(**(defaults | values))
            session.add(run)
            session.flush()
            return run.id

    number: int = in_worker(app, add)
    return number


def test_the_figure_stands_on_top_and_each_run_says_what_it_found(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    ran(app, kind=RunKind.FIRST, cause="start", created=312, verified=312, verified_of=312)
    ran(app, created=1, changed=2, same=4, verified=312, verified_of=313, gone=1)
    page = sign_in().get("/admin/sync").text
    assert "<strong>312 of 313</strong> upcoming bookings verified" in page
    assert "Cal.com does not know 1 upcoming booking." in page
    assert "1 new, 2 repaired, 4 the same, 1 missing at Cal.com" in page
    assert page.index("What changed") < page.index("Everything, for the first time")


def test_why_one_stopped_is_said_in_words(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    ran(app, state=RunState.FAILED, error="Cal.com answered with a web page instead of data.")
    assert "The last one stopped:</strong> Cal.com answered with a web page instead of data." in sign_in().get("/admin/sync").text


def test_the_button_asks_once_and_the_page_says_so(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in()
    token = token_in(browser.get("/admin/sync").text)
    for kind in ("now", "full"):
        answer = browser.post("/admin/sync", data={"csrf_token": token, "kind": kind})
        assert answer.location == "/admin/sync"
    (run,) = queries.page().runs
    assert (run.state, run.kind, run.cause) == (RunState.ASKED, RunKind.FULL, "admin:owner")
    assert "is asked for and begins" in browser.get("/admin/sync").text
    assert runs.due(minutes=10, fresh_start=False)
    lease = in_worker(app, lambda: runs.begin(cause="clock"))
    page = browser.get("/admin/sync").text
    assert f"Comparison {lease.number} is under way:" in page


def test_older_runs_are_a_page_away(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    for _ in range(30):
        ran(app)
    browser = sign_in()
    first = browser.get("/admin/sync").text
    assert 'id="run-30"' in first
    assert 'id="run-5"' not in first
    assert "/admin/sync?older=6" in first
    older = browser.get("/admin/sync?older=6").text
    assert 'id="run-5"' in older
    assert "/admin/sync?newer=5" in older
    assert 'id="run-30"' in browser.get("/admin/sync?newer=5").text


def test_without_a_key_it_says_what_to_do_and_starts_nothing(make_app: Callable[..., Flask], sqlite_url: str, request: pytest.FixtureRequest) -> None:
    app = request.getfixturevalue("app")
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"CALCOM_API_KEY": ""})
    browser = request.getfixturevalue("sign_in")()
    page = browser.get("/admin/sync").text
    assert "Nothing is compared yet" in page
    assert "<code>CALCOM_API_KEY</code>" in page
    browser.post("/admin/sync", data={"csrf_token": token_in(page)})
    assert queries.count() == 0


def test_who_may_only_read_sees_no_button(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    assert "Compare now" not in sign_in(role=Role.READ_ONLY, email="reader@example.com").get("/admin/sync").text


def test_a_bookings_story_leads_to_the_comparison_that_changed_it(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    number = ran(app)
    start = clock.now() + timedelta(days=3)
    people = [{"name": "Ada", "email": "ada@example.org", "time_zone": "", "locale": "", "state": "attending"}]
    content = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat(), "booker": people[0], "attendees": people}

    def tell() -> str:
        fact = Fact("a" * 22, "", Kind.CONFIRMED, clock.now(), content=content)
        with transaction() as session:
            booking = record(session, [fact], cause=Cause("sync", f"sync run {number}"), policy=app.extensions["works"].policy)
            assert booking is not None
            return booking.reference

    reference = in_worker(app, tell)
    assert f'/admin/sync?older={number + 1}#run-{number}">Comparison {number}</a>' in sign_in().get(f"/admin/calendar/{reference}").text
