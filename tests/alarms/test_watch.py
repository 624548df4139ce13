"""Alarms: each cause rings once, until it has gone and come again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import event, select, text

from app import clock
from app.alarms import causes
from app.alarms.models import Alarm, SecretSeen
from app.alarms.watch import current
from app.db import db, transaction
from app.inbox.models import InboxMessage
from app.inbox.round_trip import round_trip
from app.mail.transport import MemoryTransport
from app.outbox import queries as outbox
from app.outbox.hold import hold
from app.outbox.models import OutboxMessage
from app.sync.models import SyncRun
from tests.conftest import refresh

BROKEN = {"triggerEvent": "BOOKING_CREATED", "createdAt": "x", "payload": {}}


def mails(kind: str = "admin_alarm") -> list[OutboxMessage]:
    return [message for message in outbox.everything() if message.kind == kind]


def causes_now() -> set[str]:
    refresh()
    return {alarm.cause for alarm in current()}


def remove_deliveries() -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM inbox_message"))


def look() -> causes.Look:
    return causes.Look(current_app.extensions["settings"], {}, clock.now())


@pytest.fixture(autouse=True)
def monday(moment: Any) -> Any:
    moment("2026-12-07T09:00Z")
    return moment


def test_a_good_site_is_quiet(work: Callable[[], None], monday: Any) -> None:
    work()
    monday.forward(minutes=2)
    work()
    assert (causes_now(), mails()) == (set(), [])


def test_a_cause_rings_once_with_a_mail_that_says_what_to_do(app: Flask, deliver: Callable[..., Any], work: Callable[[], None], monday: Any) -> None:
    sent = MemoryTransport()
    app.extensions["works"]._transport = sent
    deliver(BROKEN)
    for _ in range(4):
        work()
        monday.forward(minutes=2)
    assert causes_now() == {"deliveries_failed"}
    [email] = sent.sent
    assert (email.to, email.subject) == ("owner@example.com", "Needs you: Deliveries could not be read")
    assert "Waiting for you: 1." in email.text
    assert "http://localhost/admin/inbox?state=dead" in email.text


def test_a_cause_that_has_gone_is_told_and_rings_again_when_it_comes_again(deliver: Callable[..., Any], work: Callable[[], None], monday: Any) -> None:
    deliver(BROKEN)
    work()
    remove_deliveries()
    monday.forward(minutes=2)
    work()
    assert (causes_now(), len(mails("admin_alarm_over"))) == (set(), 0)
    monday.forward(minutes=16)
    work()
    assert len(mails("admin_alarm_over")) == 1
    deliver(BROKEN)
    monday.forward(minutes=2)
    work()
    assert (causes_now(), len(mails())) == ({"deliveries_failed"}, 2)


def test_what_comes_and_goes_within_minutes_is_one_alarm(deliver: Callable[..., Any], work: Callable[[], None], monday: Any) -> None:
    for _ in range(5):
        deliver(BROKEN)
        work()
        monday.forward(minutes=3)
        remove_deliveries()
        work()
        monday.forward(minutes=3)
    assert (len(mails()), len(mails("admin_alarm_over"))) == (1, 0)


def test_two_workers_that_look_at_once_ring_once(app: Flask, make_app: Callable[..., Flask], deliver: Callable[..., Any], work: Callable[[], None]) -> None:
    deliver(BROKEN)
    other = make_app(DATABASE_URL=app.extensions["settings"].DATABASE_URL)
    work()
    with other.app_context():
        other.extensions["works"].work()
    assert len(mails()) == 1


def test_silence_rings_and_the_sites_own_test_does_not_hide_it(deliver: Callable[..., Any], work: Callable[[], None], monday: Any) -> None:
    deliver({"triggerEvent": "PING"})
    monday.forward(hours=73)
    deliver(round_trip())
    work()
    assert causes_now() == {"silence"}
    [row] = db.session.scalars(select(InboxMessage).where(InboxMessage.trigger == "FRONTDESK_ROUND_TRIP"))
    assert (row.state, row.booking_id, row.error) == ("ignored", None, None)


def test_a_backlog_rings(app: Flask, deliver: Callable[..., Any], work: Callable[[], None], monday: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(BROKEN, process=False)
    monday.forward(minutes=7)
    monkeypatch.setattr(app.extensions["works"], "process_inbox", lambda *_: 0)
    work()
    [alarm] = current()
    assert (alarm.cause, alarm.values) == ("deliveries_wait", {"minutes": 7})


def test_mails_that_are_late_ring_but_not_while_the_outbox_is_held(work: Callable[[], None], monday: Any) -> None:
    with transaction() as session:
        hold(session, why="a restore")
        session.add(OutboxMessage(key="1", kind="confirmation", recipient="ines@example.org", message_id="<1@x>", due_at=clock.now(), created_at=clock.now()))
    monday.forward(minutes=7)
    work()
    assert causes_now() == set()
    with transaction() as session:
        session.execute(text("DELETE FROM outbox_hold"))
        session.execute(text("UPDATE outbox_message SET state = 'retrying'"))
    later = clock.now() + timedelta(minutes=2)
    monday(later)
    causes_found = {trouble.cause for trouble in causes.troubles(look())}
    assert causes_found == {"mails_wait"}


def test_mails_that_failed_ring(work: Callable[[], None]) -> None:
    with transaction() as session:
        session.add(
            OutboxMessage(key="1", kind="confirmation", recipient="i@example.org", message_id="<1@x>", state="dead", due_at=clock.now(), created_at=clock.now())
        )
    work()
    assert causes_now() == {"mails_failed"}


def compared(state: str, *, ended: str) -> SyncRun:
    at = datetime.fromisoformat(ended)
    return SyncRun(kind="changes", state=state, asked_at=at, ended_at=at, error="Cal.com did not answer.")


def test_a_comparison_that_fails_for_long_rings_and_one_that_failed_once_does_not(make_app: Callable[..., Flask], database_url: str, monday: Any) -> None:
    app = make_app(DATABASE_URL=database_url, CALCOM_API_KEY="cal_test_key", CALCOM_API_URL="http://127.0.0.1:9/v2")
    with app.app_context():
        with transaction() as session:
            session.add_all([compared("done", ended="2026-12-07T08:45Z"), compared("failed", ended="2026-12-07T08:55Z")])
        app.extensions["works"].work()
        assert causes_now() == set()
        monday.forward(minutes=16)
        app.extensions["works"].work()
        refresh()
        assert [(alarm.cause, alarm.values) for alarm in current()] == [("sync", {"when": "2026-12-07T08:45:00+00:00"})]
        with transaction() as session:
            session.add(compared("done", ended="2026-12-07T09:16Z"))
        monday.forward(minutes=2)
        app.extensions["works"].work()
        assert causes_now() == set()


def test_a_comparison_that_never_worked_rings(make_app: Callable[..., Flask], database_url: str) -> None:
    app = make_app(DATABASE_URL=database_url, CALCOM_API_KEY="cal_test_key", CALCOM_API_URL="http://127.0.0.1:9/v2")
    with app.app_context():
        with transaction() as session:
            session.add(compared("failed", ended="2026-12-07T08:55Z"))
        app.extensions["works"].work()
        assert causes_now() == {"sync"}


def test_a_full_disk_rings(work: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(total=100_000_000_000, free=200_000_000)
    monkeypatch.setattr(causes.shutil, "disk_usage", lambda _: usage)
    work()
    assert [(alarm.cause, alarm.values) for alarm in current()] == [("disk", {"megabytes": 200})]


def test_a_secret_grows_old_and_a_new_one_ends_that(app: Flask, make_app: Callable[..., Flask], work: Callable[[], None], monday: Any) -> None:
    work()
    assert {row.name for row in db.session.scalars(select(SecretSeen))} == {"SECRET_KEY", "CALCOM_WEBHOOK_SECRET"}
    monday.forward(days=89)
    work()
    assert causes_now() == set()
    monday.forward(days=2)
    work()
    assert [(alarm.cause, alarm.values["names"]) for alarm in current()] == [("secrets", "SECRET_KEY, CALCOM_WEBHOOK_SECRET")]
    renewed = make_app(
        DATABASE_URL=app.extensions["settings"].DATABASE_URL, SECRET_KEY="n" * 40, CALCOM_WEBHOOK_SECRET=["a-newer-secret", "a-secret-for-the-tests"]
    )
    monday.forward(minutes=2)
    with renewed.app_context():
        renewed.extensions["works"].work()
    db.session.rollback()
    assert causes_now() == set()


def test_a_secret_cannot_be_read_from_what_is_kept(work: Callable[[], None]) -> None:
    work()
    for row in db.session.scalars(select(SecretSeen)):
        assert "secret" not in row.digest
        assert len(row.digest) == 32


def test_without_an_address_it_is_only_shown(make_app: Callable[..., Flask], database_url: str) -> None:
    app = make_app(DATABASE_URL=database_url, ADMIN_EMAIL="")
    with app.app_context():
        with transaction() as session:
            session.add(
                OutboxMessage(key="1", kind="confirmation", recipient="i@x.org", message_id="<1@x>", state="dead", due_at=clock.now(), created_at=clock.now())
            )
        app.extensions["works"].work()
        assert (causes_now(), mails()) == ({"mails_failed"}, [])


def test_a_site_that_sends_no_alarms_notes_why(make_app: Callable[..., Flask], database_url: str) -> None:
    app = make_app(DATABASE_URL=database_url, MAIL_KINDS=["reminder"])
    with app.app_context():
        with transaction() as session:
            session.add(
                OutboxMessage(key="1", kind="confirmation", recipient="i@x.org", message_id="<1@x>", state="dead", due_at=clock.now(), created_at=clock.now())
            )
        app.extensions["works"].work()
        assert [(mail.state, mail.why) for mail in mails()] == [("cancelled", "MAIL_KINDS leaves alarms out")]


def test_most_looks_write_nothing(app: Flask, work: Callable[[], None], monday: Any) -> None:
    work()
    commits: list[int] = []
    event.listen(db.session.session_factory.class_, "after_commit", lambda _: commits.append(1))
    for _ in range(3):
        monday.forward(minutes=2)
        work()
    assert (commits, list(db.session.scalars(select(Alarm)))) == ([], [])
