"""The first page: what needs a hand and the next act for it, the next meetings, what happened, and that all is well."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import Role
from app.bookings import ahead
from app.config_as_code.models import CalcomDrift
from app.db import transaction
from app.doctor.models import Examination
from app.outbox import hold
from app.outbox.models import OutboxPause
from app.sandbox.engine import Engine
from app.sandbox.orders import Cancel
from app.sync.models import RunKind, RunState, SyncRun
from tests.conftest import in_worker
from tests.factories.orders import order, person
from tests.web.admin.conftest import NOON

KEY = "cal_live_0123456789"
Browser = Callable[..., FlaskClient]


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Any:
    app = make_app(DATABASE_URL=database_url, CALCOM_API_KEY=KEY)
    with app.app_context():
        yield app


def part(page: str, heading: str) -> str:
    """What stands between this heading and the next part of the page."""
    assert heading in page, f"no {heading!r} on the page"
    return page.partition(heading)[2].partition("</section>")[0]


def ran(app: Flask, **values: Any) -> None:
    def add() -> None:
        now = clock.now()
        defaults = {"kind": RunKind.CHANGES, "state": RunState.DONE, "asked_at": now, "started_at": now, "ended_at": now}
        with transaction() as session:
            session.add(SyncRun(**(defaults | values)))

    in_worker(app, add)


def test_when_all_is_well_it_is_calm(app: Flask, book: Any, delivered: Any, sign_in: Browser) -> None:
    book()
    delivered()
    ran(app, verified=312, verified_of=312)
    page = sign_in().get("/admin/").text
    assert "Nothing needs you" in page
    assert "Needs a hand" not in page
    assert "<strong>312 of 312</strong> upcoming bookings verified at" in page
    assert ">12:00</time></p>" in page


def test_next_meetings_stand_under_their_days_without_what_is_off_or_over(book: Any, sign_in: Browser) -> None:
    book(booker_name="Now Running", start=NOON - timedelta(minutes=10))
    book(booker_name="Over Already", start=NOON - timedelta(hours=2))
    book(booker_name="Called Off", status="cancelled")
    book(booker_name="Tomorrow Person", meeting_url="https://meet.example.com/x")
    shown = part(sign_in().get("/admin/").text, "Next meetings")
    assert shown.index("Now Running") < shown.index("Tomorrow Person")
    assert "<strong>Now</strong>" in shown
    assert "Wednesday 9 December 2026" in shown
    assert 'href="https://meet.example.com/x"' in shown
    assert "Over Already" not in shown
    assert "Called Off" not in shown


def test_a_request_asks_for_an_answer_until_its_time_has_come(book: Any, sign_in: Browser) -> None:
    reference = book(status="pending", booker_name="Pia Pending")
    book(status="pending", booker_name="Too Late", start=NOON - timedelta(minutes=5))
    shown = part(sign_in().get("/admin/").text, "Needs a hand")
    assert "Pia Pending waits for your answer" in shown
    assert f'href="/admin/calendar/{reference}">Confirm or decline' in shown
    assert "Too Late" not in shown


@pytest.mark.parametrize(
    ("wrong", "said", "act"),
    [
        (lambda delivered, _: delivered(state="dead"), "1 delivery could not be read", "/admin/inbox?state=dead"),
        (lambda _, mailed: mailed(state="dead"), "1 mail could not be sent", "/admin/outbox?state=dead"),
        (lambda _, mailed: mailed(state="unknown"), "Nobody knows whether 1 mail arrived", "/admin/outbox?state=unknown"),
        (lambda delivered, _: delivered(received_at=NOON - timedelta(days=5)), "Cal.com has gone silent", "/admin/doctor"),
        (lambda delivered, _: delivered(state="waiting", due_at=NOON - timedelta(minutes=30)), "Deliveries wait to be read", "/admin/doctor"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_one_next_act(wrong: Any, said: str, act: str, delivered: Any, mailed: Any, sign_in: Browser) -> None:
    wrong(delivered, mailed)
    shown = part(sign_in().get("/admin/").text, "Needs a hand")
    assert shown.count('class="need"') == 1, "each cause once"
    assert said in shown
    assert f'href="{act}"' in shown


def test_held_mail_and_an_absent_mail_server_are_named(app: Flask, sign_in: Browser) -> None:
    with transaction() as session:
        hold.hold(session, why="restored from a backup")
        session.add(OutboxPause(host="mail.example.com", since=NOON, until=NOON, failures=1, why="It does not answer."))
    shown = part(sign_in().get("/admin/").text, "Needs a hand")
    assert "Mail is held" in shown
    assert "Reason: restored from a backup." in shown
    assert "The mail server is away" in shown


def test_a_comparison_that_stopped_and_bookings_that_are_missing_there(app: Flask, sign_in: Browser) -> None:
    ran(app, verified=9, verified_of=10)
    ran(app, state=RunState.FAILED, error="The key was refused.", ended_at=NOON + timedelta(seconds=1))
    shown = part(sign_in().get("/admin/").text, "Needs a hand")
    assert "The last comparison with Cal.com stopped" in shown
    assert "The key was refused." in shown
    assert "Cal.com does not know 1 upcoming booking" in shown


def test_what_the_doctor_found_broken_is_repeated(app: Flask, sign_in: Browser) -> None:
    found = {"group": "Mail", "name": "mail", "title": "Mail server", "status": "failed", "says": "no", "fix": "", "group_title": ""}
    with transaction() as session:
        session.add(Examination(started_at=NOON, finished_at=NOON, results=[found]))
    assert "The doctor found 1 thing broken" in part(sign_in().get("/admin/").text, "Needs a hand")


def test_a_configuration_that_has_drifted_is_named_once(app: Flask, sign_in: Browser) -> None:
    row = {"kind": "event_type", "key": "intro", "field": "title", "says": "other"}
    with transaction() as session:
        session.add(CalcomDrift(**row, since=NOON - timedelta(hours=2), reported=True))
    shown = part(sign_in().get("/admin/").text, "Needs a hand")
    assert "configuration differs from your file in 1 place" in shown
    assert "2 hours ago" in shown
    assert shown.count('class="need"') == 1


def test_a_host_sees_the_own_meetings_and_requests_only(book: Any, mailed: Any, sign_in: Browser) -> None:
    mailed(state="dead")
    book(booker_name="Mine Meeting", host_email="host@example.com")
    book(booker_name="Mine Request", host_email="host@example.com", status="pending")
    book(booker_name="Foreign Meeting")
    book(booker_name="Foreign Request", status="pending")
    page = sign_in(role=Role.HOST, email="host@example.com").get("/admin/").text
    assert "Mine Meeting" in page
    assert "Mine Request waits for your answer" in page
    assert "Foreign" not in page
    assert "could not be sent" not in page
    assert "Compared with Cal.com" not in page


def test_lately_tells_what_happened_newest_first(app: Flask, calcom: Engine, sign_in: Browser, moment: Any) -> None:
    made = calcom.create(order(calcom))[0]
    moment.forward(minutes=1)
    calcom.cancel(Cancel(uid=made.uid, reason="A cold"))
    moment.forward(minutes=1)
    calcom.create(order(calcom, booker=person("Ben Booker", "ben@example.org")))
    shown = part(sign_in().get("/admin/").text, "Lately")
    assert shown.index("Ben Booker</a> booked") < shown.index("Ada Attendee</a> cancelled") < shown.index("Ada Attendee</a> booked")


def test_news_end_at_their_limit_and_leave_other_hosts_out(app: Flask, calcom: Engine) -> None:
    for number in range(4):
        calcom.create(order(calcom, booker=person(f"Person {number}", f"p{number}@example.org")))
    assert [each.name for each in ahead.news(limit=2)] == ["Person 3", "Person 2"]
    assert ahead.news(host="somebody@else.example") == []


def test_an_empty_site_says_what_will_appear(sign_in: Browser) -> None:
    page = sign_in().get("/admin/").text
    assert "No meeting is coming up" in page
    assert "What is booked, moved or cancelled shows here." in page
