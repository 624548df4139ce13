"""One thing is broken at a time: the doctor names that thing, says what to do, and what it says repairs it."""

import json
import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from flask import Flask
from sqlalchemy import text

from app import clock
from app.alarms import causes, secret_age
from app.bookings import queries as bookings
from app.calcom.types import EventType
from app.db import db, transaction
from app.doctor.checks import machine, mail, round_trip
from app.doctor.examine import CHECKS, Check, as_row, examine, in_order, worst
from app.doctor.finding import Finding, Status, good
from app.inbox import queries as inbox
from app.inbox.models import InboxMessage
from app.outbox.hold import hold
from app.outbox.models import OutboxMessage, OutboxPause
from app.sync.models import SyncRun
from app.wiring import patient_of
from tests.conftest import SECRET
from tests.doctor.conftest import KEY, Plain, Site, stamp
from tests.mail.mailserver import Mailbox, Server
from tools.services import free_port

Make = Callable[..., Site]


def follow(fix: str) -> None:
    """Does what the doctor says: the text, as it is, in a shell that knows the settings."""
    environ = os.environ | {"CALCOM_API_KEY": KEY, "CALCOM_WEBHOOK_SECRET": f"{SECRET},an-older-secret"}
    done = subprocess.run(["bash", "-c", fix], env=environ, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout)["status"] == "success", done.stdout


def webhook_of(site: Site) -> Any:
    [found] = site.patient.calcom.webhooks.all()
    return found


def test_a_site_that_is_well_is_green_everywhere_and_nothing_has_changed(site: Make) -> None:
    here = site()
    found = here.examine()
    assert {name: finding.says for name, finding in found.items() if finding.status != Status.OK} == {}
    assert set(found) == {check.name for check in CHECKS}
    with here.app.app_context():
        [delivery] = inbox.everything()
        assert (delivery.trigger, delivery.state, list(bookings.everything())) == ("FRONTDESK_ROUND_TRIP", "ignored", [])


# At Cal.com -----------------------------------------------------------------------------------------------------------


def test_another_secret_at_calcom(site: Make) -> None:
    here = site()
    here.patient.calcom.webhooks.update(webhook_of(here).id, secret="another-secret")
    assert here.broken() == {"webhook-secret"}
    finding = here.ask("webhook-secret")
    assert "signs with another secret than CALCOM_WEBHOOK_SECRET" in finding.says
    follow(finding.fix)
    assert here.broken() == set()


def test_an_older_secret_at_calcom_is_a_rotation_that_is_not_finished(site: Make) -> None:
    here = site(CALCOM_WEBHOOK_SECRET=["a-newer-secret", SECRET])
    finding = here.ask("webhook-secret")
    assert (finding.status, "older secret" in finding.says) == (Status.WARNING, True)


def test_no_webhook_at_calcom(site: Make) -> None:
    here = site()
    here.patient.calcom.webhooks.delete(webhook_of(here).id)
    found = here.examine()
    assert {name for name, finding in found.items() if finding.status == Status.FAILED} == {"webhook"}
    assert {name for name, finding in found.items() if finding.status == Status.OFF} == {"webhook-triggers", "webhook-active", "webhook-secret"}
    follow(found["webhook"].fix)
    assert here.broken() == set()


def test_a_webhook_that_leads_to_the_old_address(site: Make) -> None:
    here = site()
    here.patient.calcom.webhooks.update(webhook_of(here).id, url="https://old.example.com/webhooks/calcom")
    finding = here.ask("webhook")
    assert (finding.status, "old.example.com" in finding.says) == (Status.FAILED, True)
    follow(finding.fix)
    assert here.broken() == set()


def test_triggers_that_are_left_out(site: Make) -> None:
    here = site()
    here.patient.calcom.webhooks.update(webhook_of(here).id, triggers=["BOOKING_CREATED", "MEETING_ENDED"])
    assert here.broken() == {"webhook-triggers"}
    finding = here.ask("webhook-triggers")
    assert "BOOKING_CANCELLED" in finding.says
    follow(finding.fix)
    assert "MEETING_ENDED" in webhook_of(here).triggers
    assert here.broken() == set()


def test_a_webhook_that_is_switched_off(site: Make) -> None:
    here = site()
    here.patient.calcom.webhooks.update(webhook_of(here).id, active=False)
    assert here.broken() == {"webhook-active"}
    follow(here.ask("webhook-active").fix)
    assert here.broken() == set()


def test_a_webhook_with_a_template_of_its_own(site: Make) -> None:
    here = site()
    here.patient.calcom.webhooks.update(webhook_of(here).id, template='{"who": "{{attendees.0.email}}"}')
    assert "payload template" in here.ask("webhook-active").says


def test_a_subscription_that_is_set_here_and_unknown_there(site: Make) -> None:
    here = site(webhook_secrets={"team": ["a-secret-of-the-team"]})
    finding = here.ask("webhook")
    assert (finding.status, "CALCOM_WEBHOOK_SECRET_TEAM" in finding.says) == (Status.WARNING, True)
    assert "/webhooks/calcom/team" in finding.fix
    assert here.ask("round-trip").status == Status.OK


def test_a_key_that_calcom_does_not_know(site: Make) -> None:
    here = site(CALCOM_API_KEY="live_this-is-no-key-of-calcom")
    assert here.broken() == {"api-key"}
    finding = here.ask("api-key")
    assert "does not accept CALCOM_API_KEY" in finding.says
    assert finding.fix.startswith("CALCOM_API_KEY=cal_…")


def test_an_api_that_is_not_there(site: Make, plain: Callable[..., Plain]) -> None:
    nowhere = plain(status=404, headers=(("Content-Type", "application/json"),), body=b"{}")
    finding = site(CALCOM_API_URL=nowhere.url, serve=False, work=False).ask("api-key")
    assert (finding.status, "CALCOM_API_URL=https://api.cal.com/v2" in finding.fix) == (Status.FAILED, True)


def test_answers_of_another_shape(site: Make) -> None:
    here = site(serve=False, work=False)
    here.patient.calcom.bookings.pages = lambda **_: iter(())  # what a list of nothing at all would be
    [result] = examine(here.patient, [check for check in CHECKS if check.name == "api-versions"])
    assert result.finding.status == Status.FAILED


def test_without_a_key_that_part_is_off_and_nothing_is_broken(site: Make) -> None:
    found = site(CALCOM_API_KEY="").examine()
    assert {name for name, finding in found.items() if finding.status == Status.OFF} == {
        "api-key", "api-versions", "sync", "two-mails", "webhook", "webhook-triggers", "webhook-active", "webhook-secret",
    }  # fmt: skip
    assert worst(examine_results(found)) == Status.OK


def examine_results(found: dict[str, Finding]) -> list[Any]:
    return [SimpleNamespace(finding=finding) for finding in found.values()]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 404}, "answered with 404"),
        ({"headers": (("Content-Type", "text/html"),), "body": b"<h1>Cal</h1>"}, "is none (text/html)"),
        ({"headers": (("Content-Type", "text/javascript"),), "body": b"alert(1)"}, "is none (text/javascript)"),
    ],
)
def test_an_embed_script_that_is_none(answer: dict[str, Any], words: str, site: Make, plain: Callable[..., Plain]) -> None:
    here = site(CALCOM_EMBED_URL=plain(**answer).url, serve=False, work=False)
    finding = here.ask("embed")
    assert (finding.status, words in finding.says) == (Status.FAILED, True)
    assert finding.fix.startswith("curl -i http://localhost")


def test_an_embed_script_that_cannot_be_reached(site: Make) -> None:
    here = site(CALCOM_EMBED_URL=f"http://localhost:{free_port()}/embed.js")
    assert here.broken() == {"embed"}


def test_both_would_write_to_the_guest(site: Make) -> None:
    here = site(serve=False, work=False)
    loud = EventType(id=1, slug="intro", title="Intro", length_minutes=30)
    here.patient.__dict__["_event_types"] = (loud,)
    [result] = examine(here.patient, [check for check in CHECKS if check.name == "two-mails"])
    assert (result.finding.status, "for: intro" in result.finding.says) == (Status.WARNING, True)
    assert result.finding.fix.startswith(mail.LEAVE_TO_CALCOM)
    assert "left to Cal.com" in site(serve=False, work=False, MAIL_KINDS=["reminder", "admin_"]).ask("two-mails").says


# Mail -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mail_site(make_app: Callable[..., Flask]) -> Callable[..., Finding]:
    """`mail_site(MAIL_…=…)`: what the doctor says of the mail server."""

    def ask(**values: Any) -> Finding:
        app = make_app(**({"MAIL_SERVER": "127.0.0.1", "MAIL_DEFAULT_SENDER": "office@example.com"} | values))
        [result] = examine(patient_of(app), [check for check in CHECKS if check.name == "mail-server"])
        return result.finding

    return ask


@pytest.fixture
def mail_server() -> Any:
    """`mail_server(**kwargs of aiosmtpd)`: a running mail server."""
    made: list[Server] = []

    def make(mailbox: Mailbox | None = None, **kwargs: Any) -> Server:
        server = Server(mailbox or Mailbox(), **kwargs)
        server.start()
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()


def test_a_mail_server_that_takes_our_mails(mail_site: Callable[..., Finding], mail_server: Any) -> None:
    mailbox = Mailbox()
    finding = mail_site(MAIL_PORT=mail_server(mailbox).port, MAIL_USE_TLS=False)
    assert (finding.status, mailbox.bodies) == (Status.OK, [])


def test_a_mail_server_that_is_down(mail_site: Callable[..., Finding]) -> None:
    port = free_port()
    finding = mail_site(MAIL_PORT=port)
    assert (finding.status, "Nothing listens" in finding.says) == (Status.FAILED, True)
    assert f"nc -vz 127.0.0.1 {port}" in finding.fix


def test_a_mail_server_that_is_not_trusted(mail_site: Callable[..., Finding], mail_server: Any, tls: Any) -> None:
    server = mail_server(tls_context=tls)
    finding = mail_site(MAIL_PORT=server.port)
    assert (finding.status, "certificate of the mail server is not trusted" in finding.says) == (Status.FAILED, True)
    assert f"openssl s_client -starttls smtp -connect 127.0.0.1:{server.port}" in finding.fix


def test_a_wrong_password_at_the_mail_server(mail_site: Callable[..., Finding], mail_server: Any) -> None:
    server = mail_server(authenticator=lambda *_: AuthResult(success=False, handled=False), auth_require_tls=False)
    finding = mail_site(MAIL_PORT=server.port, MAIL_USE_TLS=False, MAIL_USERNAME="office", MAIL_PASSWORD="not-the-password")
    assert (finding.status, "did not accept the user name and password" in finding.says) == (Status.FAILED, True)
    assert finding.fix.startswith("MAIL_USERNAME=")
    assert "not-the-password" not in finding.says + finding.fix


def test_a_mail_server_without_encryption_when_it_is_asked_for(mail_site: Callable[..., Finding], mail_server: Any) -> None:
    finding = mail_site(MAIL_PORT=mail_server().port)
    assert (finding.status, "MAIL_USE_SSL=true and MAIL_PORT=465" in finding.fix) == (Status.FAILED, True)


def test_a_sender_that_the_mail_server_refuses(mail_site: Callable[..., Finding], mail_server: Any) -> None:
    finding = mail_site(MAIL_PORT=mail_server(Mailbox(at_mail="550 not yours")).port, MAIL_USE_TLS=False)
    assert (finding.status, "refused the sender" in finding.says) == (Status.FAILED, True)
    assert finding.fix.startswith("MAIL_DEFAULT_SENDER=")


@pytest.mark.parametrize(("values", "fix"), [({"MAIL_SERVER": ""}, "MAIL_SERVER=smtp.example.com"), ({"MAIL_PREVIEW_ONLY": True}, "MAIL_PREVIEW_ONLY=false")])
def test_a_live_site_whose_mails_go_to_files(values: dict[str, Any], fix: str, mail_site: Callable[..., Finding]) -> None:
    finding = mail_site(**values)
    assert (finding.status, finding.fix.splitlines()[0]) == (Status.WARNING, fix)


# This machine ---------------------------------------------------------------------------------------------------------


def test_a_disk_that_is_nearly_full(site: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    here = site(serve=False, work=False)
    for free, status in ((30_000_000, Status.FAILED), (300_000_000, Status.WARNING)):
        usage = SimpleNamespace(total=100_000_000_000, free=free)
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _, usage=usage: usage)
        finding = here.ask("disk")
        assert (finding.status, f"{free // 1_000_000} MB are free" in finding.says) == (status, True)


def test_a_folder_that_takes_no_files(site: Make) -> None:
    here = site(serve=False, work=False)
    patient = patient_of(here.app)
    patient.settings = patient.settings.model_copy(update={"INSTANCE_PATH": Path("/proc")})
    [result] = examine(patient, [check for check in CHECKS if check.name == "folder"])
    assert (result.finding.status, "INSTANCE_PATH /proc cannot be written" in result.finding.says) == (Status.FAILED, True)
    assert "chmod u+rwX /proc" in result.finding.fix


def test_a_database_that_takes_no_writes(site: Make) -> None:
    here = site(serve=False, work=False)
    path = here.patient.settings.database_uri.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        finding = here.ask("database")
    finally:
        other.close()
    assert (finding.status, "can be read but not written" in finding.says) == (Status.FAILED, True)
    assert f"fuser -v {path}" in finding.fix
    assert here.ask("database").status == Status.OK


def test_a_database_that_is_away_is_said_once_and_stops_no_other_check(make_app: Callable[..., Flask]) -> None:
    app = make_app(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:9/none")
    found = {result.check.name: result.finding for result in examine(patient_of(app))}
    assert found["database"].says == "The database cannot be reached."
    assert "pg_isready" in found["database"].fix
    for name in ("deliveries", "mails", "silence", "schema", "secrets"):
        assert found[name].says == "The database cannot be asked."
    assert found["settings"].status == Status.OK


def test_on_postgresql_the_settings_of_the_server_are_looked_at(app: Flask) -> None:
    found = {result.check.name: result.finding for result in examine(patient_of(app), [check for check in CHECKS if check.name in {"database", "clock"}])}
    assert found["clock"].status in {Status.OK, Status.OFF}
    if app.extensions["settings"].DATABASE_URL.startswith("postgresql"):
        in_a_hurry = db.session.execute(text("SHOW fsync")).scalar() == "off"  # as a server of tests may be
        assert (found["database"].status, "fsync" in found["database"].fix) == ((Status.FAILED, True) if in_a_hurry else (Status.OK, False))
        assert "the database server's" in found["clock"].says
    else:
        assert found["database"].status == Status.OK


@pytest.mark.parametrize(
    ("revision", "words", "fix"),
    [("0001", "The schema is old: revision 0001", "flask db upgrade"), ("9999", "which this version does not know", "Run the newer version")],
)
def test_tables_of_another_version(revision: str, words: str, fix: str, site: Make) -> None:
    here = site(serve=False, work=False)
    stamp(here.app, revision)
    finding = here.ask("schema")
    assert (finding.status, words in finding.says, finding.fix.startswith(fix)) == (Status.FAILED, True, True)


@pytest.mark.parametrize(
    ("minutes", "status", "words"), [(10, Status.FAILED, "behind Cal.com's"), (-10, Status.FAILED, "ahead of Cal.com's"), (0.4, Status.WARNING, "behind")]
)
def test_a_clock_that_is_off(minutes: float, status: Status, words: str, site: Make, plain: Callable[..., Plain]) -> None:
    theirs = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    finding = site(CALCOM_EMBED_URL=plain(headers=(("Date", theirs),)).url, serve=False, work=False).ask("clock")
    assert (finding.status, words in finding.says, finding.fix) == (status, True, "sudo timedatectl set-ntp true")


def test_an_answer_that_a_cache_has_kept_is_no_clock_that_is_off(site: Make, plain: Callable[..., Plain]) -> None:
    theirs = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    kept = plain(headers=(("Date", theirs), ("Age", "600")))
    assert site(CALCOM_EMBED_URL=kept.url, serve=False, work=False).ask("clock").status == Status.OK


# Settings -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "status", "fix"),
    [
        ({"CALCOM_LINK": ""}, Status.FAILED, "CALCOM_LINK: set it to"),
        ({"SITE_URL": "https://book.example.com", "TRUSTED_HOSTS": ["www.example.com"]}, Status.FAILED, "TRUSTED_HOSTS=book.example.com,www.example.com"),
        ({"SITE_URL": "http://book.example.com"}, Status.WARNING, "SITE_URL=https://book.example.com"),
        ({"ADMIN_EMAIL": ""}, Status.WARNING, "ADMIN_EMAIL=you@example.com"),
    ],
)
def test_settings_that_do_not_fit(values: dict[str, Any], status: Status, fix: str, make_app: Callable[..., Flask]) -> None:
    [result] = examine(patient_of(make_app(**values)), [check for check in CHECKS if check.name == "settings"])
    assert (result.finding.status, result.finding.fix.startswith(fix)) == (status, True)


def test_secrets_that_are_old(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context(), transaction() as session:
        for name, digest in secret_age.in_use(app.extensions["settings"], {"": [SECRET]}):
            secret_age.note(session, name, digest, now=clock.now() - timedelta(days=100))
    [result] = examine(patient_of(app), [check for check in CHECKS if check.name == "secrets"])
    assert result.finding.says == "In use for long: SECRET_KEY for 100 days, CALCOM_WEBHOOK_SECRET for 100 days."
    assert "CALCOM_WEBHOOK_SECRET: flask secrets rotate-webhook" in result.finding.fix


# What waits -----------------------------------------------------------------------------------------------------------


def store(app: Flask, *rows: Any) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(rows)


def delivery(**values: Any) -> InboxMessage:
    defaults = {"digest": "d", "received_at": clock.now(), "due_at": clock.now(), "body": b"{}", "headers": {}}
    return InboxMessage(**(defaults | values))


def letter(**values: Any) -> OutboxMessage:
    defaults = {"key": "k", "kind": "confirmation", "recipient": "i@example.org", "message_id": "<1@x>", "due_at": clock.now(), "created_at": clock.now()}
    return OutboxMessage(**(defaults | values))


LONG_AGO = timedelta(hours=3)


@pytest.mark.parametrize(
    ("name", "row", "status", "words", "fix"),
    [
        ("deliveries", lambda: delivery(due_at=clock.now() - LONG_AGO), Status.FAILED, "the oldest for 3 hours", "flask worker"),
        ("deliveries", lambda: delivery(state="dead"), Status.WARNING, "1 delivery could not be read", "flask inbox list"),
        ("mails", lambda: letter(due_at=clock.now() - LONG_AGO), Status.FAILED, "3 hours late", "flask worker"),
        ("mails", lambda: letter(state="unknown"), Status.WARNING, "1 mail could not be sent", "flask outbox list"),
        ("silence", lambda: delivery(received_at=clock.now() - timedelta(days=5), state="processed"), Status.WARNING, "5 days ago", "See the checks"),
    ],
)
def test_what_waits_or_failed(name: str, row: Callable[[], Any], status: Status, words: str, fix: str, site: Make) -> None:
    here = site(serve=False, work=False)
    store(here.app, row())
    finding = here.ask(name)
    assert (finding.status, words in finding.says, finding.fix.startswith(fix)) == (status, True, True)


def compared(state: str, **ago: int) -> SyncRun:
    at = clock.now() - timedelta(**ago)
    return SyncRun(kind="changes", state=state, asked_at=at, ended_at=None if state == "running" else at, error="The key was refused.")


@pytest.mark.parametrize(
    ("runs", "status", "words"),
    [
        ([], Status.OK, "Nothing has been compared yet"),
        ([("done", 5)], Status.OK, "compared with Cal.com's 5 minutes ago"),
        ([("done", 15), ("failed", 5)], Status.FAILED, "failed: The key was refused. The last good one was 15 minutes ago."),
        ([("failed", 5)], Status.FAILED, "None has ended well yet."),
        ([("done", 45)], Status.FAILED, "Nothing is compared with Cal.com any more."),
        ([("done", 45), ("running", 1)], Status.OK, "45 minutes ago"),
    ],
)
def test_the_comparison_with_calcom(runs: list[tuple[str, int]], status: Status, words: str, site: Make) -> None:
    here = site(serve=False, work=False)
    store(here.app, *(compared(state, minutes=minutes) for state, minutes in runs))
    finding = here.ask("sync")
    assert (finding.status, words in finding.says) == (status, True)
    assert (status == Status.OK) or "flask calcom sync" in finding.fix


def test_mails_that_wait_for_the_mail_server_or_for_a_person(site: Make) -> None:
    here = site(serve=False, work=False)
    now = clock.now()
    store(here.app, letter(due_at=now - LONG_AGO), OutboxPause(host="m", since=now, until=now, failures=3, why="It does not answer."))
    assert "The mail server is away: It does not answer." in here.ask("mails").says
    with here.app.app_context(), transaction() as session:
        hold(session, why="a restore")
    finding = here.ask("mails")
    assert (finding.status, finding.fix) == (Status.WARNING, "flask outbox release")


# The way to the site --------------------------------------------------------------------------------------------------


def test_a_site_that_does_not_run(site: Make) -> None:
    here = site(serve=False)
    assert here.broken() == {"round-trip"}
    finding = here.ask("round-trip")
    assert finding.says.startswith("Nobody answers at http://localhost")
    assert finding.fix.startswith("flask serve")


@pytest.mark.parametrize(
    ("answer", "words", "fix"),
    [
        ({"status": 200, "body": b'{"status": "accepted", "id": 1}'}, "another site answers there", "SITE_URL="),
        ({"status": 301, "headers": (("Location", "https://book.example.com/"),)}, "a redirect to https://book.example.com/", "SITE_URL="),
        ({"status": 404}, "with 404", "SITE_URL="),
        ({"status": 401}, "with 401", "Start the site again: it runs with another CALCOM_WEBHOOK_SECRET"),
        ({"status": 403}, "with 403", "PROXY_HOPS=1"),
        ({"status": 502}, "with 502", "curl -i http://localhost"),
    ],
)
def test_an_address_that_does_not_lead_to_this_site(answer: dict[str, Any], words: str, fix: str, site: Make, plain: Callable[..., Plain]) -> None:
    finding = site(SITE_URL=plain(**answer).url, serve=False, work=False).ask("round-trip")
    assert (finding.status, words in finding.says, finding.fix.startswith(fix)) == (Status.FAILED, True, True)


def test_a_site_that_runs_with_another_secret(site: Make) -> None:
    here = site(work=False)
    patient = patient_of(here.app)
    patient.webhook_secrets = {"": ["a-newer-secret"]}
    [result] = examine(patient, [check for check in CHECKS if check.name == "round-trip"])
    assert "answers a signed delivery with 401" in result.finding.says
    assert "a-newer-secret" not in str(as_row(result))


def test_a_site_without_a_worker(site: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(round_trip, "WORKER_SECONDS", 0.5)
    finding = site(work=False).ask("round-trip")
    assert (finding.status, finding.says) == (Status.FAILED, "The delivery arrived and was kept, but nobody reads it.")


def test_without_a_secret_there_is_nothing_to_sign_with(site: Make) -> None:
    assert site(serve=False, work=False, CALCOM_WEBHOOK_SECRET=[]).ask("round-trip").status == Status.OFF


# The doctor itself ----------------------------------------------------------------------------------------------------


def test_a_check_that_takes_too_long_or_fails_does_not_stop_the_others(site: Make) -> None:
    here = site(serve=False, work=False)

    def never(_: Any) -> Finding:
        threading.Event().wait(5)
        return good("late")

    def crash(_: Any) -> Finding:
        raise ValueError("secret thoughts")

    checks = [Check("disk", "g", "Slow", never, 0.3), Check("clock", "g", "Crash", crash), Check("settings", "g", "Good", lambda _: good("fine"))]
    found = {result.check.title: result.finding for result in examine(here.patient, checks)}
    assert [found[name].status for name in ("Slow", "Crash", "Good")] == [Status.FAILED, Status.FAILED, Status.OK]
    assert "No answer within" in found["Slow"].says
    assert "secret thoughts" not in found["Crash"].says


def test_no_secret_is_ever_said(site: Make) -> None:
    here = site(serve=False, work=False, MAIL_PASSWORD="a-mail-password")

    def babble(patient: Any) -> Finding:
        return Finding(Status.FAILED, f"{KEY} and {SECRET}", f"{'k' * 40} {patient.settings.MAIL_PASSWORD}")

    [result] = examine(here.patient, [Check("disk", "g", "t", babble)])
    assert (result.finding.says, result.finding.fix) == ("[hidden] and [hidden]", "[hidden] [hidden]")


def test_results_stand_in_the_order_of_the_checks(site: Make) -> None:
    here = site(serve=False, work=False)
    chosen = [check for check in CHECKS if check.name in {"disk", "settings", "embed"}]
    assert [result.check.name for result in in_order(reversed(list(examine(here.patient, chosen))))] == ["settings", "disk", "embed"]


def test_the_disk_is_low_by_size_and_by_share(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_app().extensions["settings"]
    for total, free, low in ((10**12, 4 * 10**8, True), (10**12, 6 * 10**8, False), (2 * 10**6, 10**5, False), (2 * 10**6, 10**4, True)):
        usage = SimpleNamespace(total=total, free=free)
        monkeypatch.setattr(causes.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert (causes.low_on_disk(settings) is not None) == low
