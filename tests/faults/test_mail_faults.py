"""The fault matrix: whatever the mail server does, each mail ends delivered once or dead with a reason, or unknown where nobody can know."""

import os
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import db, transaction
from app.mail.message import Email
from app.mail.smtp import SmtpServer, SmtpTransport
from app.outbox import deliver as outbox
from app.outbox import gate, queries
from app.outbox.models import WAITING, OutboxMessage
from app.outbox.publish import Wanted, publish
from tests.faults.smtp_script import DROP, LONG_LINE, SILENCE, TAKE_AND_DROP, TRICKLE, Script, ScriptedServer
from tests.mail.certificate import write_certificate
from tools.services import free_port

ALWAYS = float("inf")
PATIENCE = 0.3
SOAK_MAILS = int(os.environ.get("SOAK_MAILS", "1000"))


class Fault(NamedTuple):
    """What the server does, and how the mails must end."""

    verb: str
    act: str
    times: float = 1
    """For each mail."""
    service: str = "sent"
    reminder: str = "sent"
    copies: int = 1
    """Copies of a service mail that the server took."""
    reminder_copies: int = 1
    says: str = ""


REFUSED = {"times": ALWAYS, "service": "dead", "reminder": "dead", "copies": 0, "reminder_copies": 0}
FAULTS: dict[str, Fault] = {
    "421 at the door": Fault("CONNECT", "421 too many"),
    "421 at MAIL": Fault("MAIL", "421 going down"),
    "421 at MAIL for ever": Fault("MAIL", "421 going down", **REFUSED, says="421"),
    "450 greylisted, then accepted": Fault("RCPT", "450 come back"),
    "451 then accepted": Fault("BODY", "451 local error"),
    "451 for ever": Fault("BODY", "451 local error", **REFUSED, says="given up after 8 attempts"),
    "452 then accepted": Fault("RCPT", "452 full"),
    "452 for ever": Fault("RCPT", "452 full", **REFUSED, says="452"),
    "550 no such person": Fault("RCPT", "550 unknown", **REFUSED, says="550"),
    "552 too big": Fault("MAIL", "552 too big", **REFUSED, says="552"),
    "554 after DATA": Fault("BODY", "554 spam", **REFUSED, says="554"),
    "dropped after the final dot": Fault("BODY", DROP, reminder="unknown", reminder_copies=0),
    "taken, then dropped after the final dot": Fault("BODY", TAKE_AND_DROP, reminder="unknown", copies=2),
    "dropped after the final dot for ever": Fault("BODY", DROP, ALWAYS, "unknown", "unknown", 0, 0, "may have arrived"),
    "dropped at DATA": Fault("DATA", DROP),
    "silent at the door": Fault("CONNECT", SILENCE),
    "silent at EHLO": Fault("EHLO", SILENCE),
    "silent at MAIL": Fault("MAIL", SILENCE),
    "silent at RCPT": Fault("RCPT", SILENCE),
    "silent at DATA": Fault("DATA", SILENCE),
    "silent after the final dot": Fault("BODY", SILENCE, reminder="unknown", reminder_copies=0),
    "one byte a second at EHLO": Fault("EHLO", TRICKLE),
    "one byte a second at RCPT": Fault("RCPT", TRICKLE),
    "one byte a second after the final dot": Fault("BODY", TRICKLE, reminder="unknown", copies=1, reminder_copies=0),
    "a line that never ends at MAIL": Fault("MAIL", LONG_LINE),
    "a line that never ends after the final dot": Fault("BODY", LONG_LINE, reminder="unknown", reminder_copies=0),
}
SLOW = {SILENCE, TRICKLE}


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """`later(by)`: our clock is that much later; it runs on, and the timeouts of the conversation are real."""
    ahead, real = [timedelta()], clock.now

    def forward(by: timedelta) -> None:
        ahead[0] += max(by, timedelta())

    monkeypatch.setattr(clock, "now", lambda: real() + ahead[0])
    return forward


@pytest.fixture
def site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`site(port)`: the site's own delivery, with mails of a fixed content, leading to this port."""
    monkeypatch.setattr(outbox, "SETTLE_PAUSES", (0.0, 0.1))

    def lead(port: int, **values: Any) -> Any:
        works = app.extensions["works"]
        works._transport = SmtpTransport(
            SmtpServer("127.0.0.1", port, **({"starttls": False, "timeout": PATIENCE, "final_timeout": PATIENCE} | values)), app=app, sender="o@example.com"
        )
        works.compose = lambda row: Email(to=row.recipient, subject="Hello", text="Hello\n", html="<p>Hello</p>", message_id=row.message_id)
        return works

    return lead


@pytest.fixture
def server() -> Iterator[Callable[..., ScriptedServer]]:
    """`server(Script(...), port=0)`: a mail server that misbehaves, stopped at the end."""
    made: list[ScriptedServer] = []

    def start(script: Script, *, port: int = 0) -> ScriptedServer:
        made.append(ScriptedServer(script, port=port))
        return made[-1]

    yield start
    for one in made:
        one.stop()


def plan(count: int, kind: str) -> None:
    with transaction() as session:
        for number in range(count):
            wanted = Wanted(key=f"{kind}:{number}", kind=kind, recipient=f"guest{number}@example.org")
            publish(session, [wanted], booking_id=None, message_domain="example.com")


def until_settled(works: Any, later: Callable[[timedelta], None], *, rounds: int = 100) -> list[OutboxMessage]:
    """Delivers, lets time pass until something is due, delivers again."""
    for _ in range(rounds):
        works.deliver_outbox()
        db.session.rollback()
        due: datetime | None = db.session.scalar(select(func.min(OutboxMessage.due_at)).where(WAITING))
        if due is None:
            return list(queries.everything())
        pause = gate.paused()
        until = max(due, pause.until) if pause else due
        later(until - clock.now() + timedelta(seconds=0.01))
    pytest.fail(f"not settled: {Counter((row.state, row.why) for row in queries.everything())}")


def play(fault: Fault, kind: str, count: int, site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None]) -> None:
    reminder = kind.startswith("reminder")
    # A batch that waits together meets the fault once.
    scripted = server(Script(fault.verb, fault.act, fault.times * count))
    plan(count, kind)
    rows = until_settled(site(scripted.port), later, rounds=100 + 20 * count)
    assert {row.state for row in rows} == {fault.reminder if reminder else fault.service}, Counter((row.state, row.why) for row in rows)
    copies = Counter(scripted.log.taken)
    expected = fault.reminder_copies if reminder else fault.copies
    assert len(rows) == count
    assert {copies[row.message_id] for row in rows} == {expected}
    assert set(copies) <= {row.message_id for row in rows}
    if fault.says:
        assert all(fault.says in row.why for row in rows), rows[0].why
    assert all(row.why for row in rows if row.state != "sent")
    assert all(row.attempts == 1 for row in rows if row.state == "dead" and "for good" in row.why), "5xx stops at once"


@pytest.mark.parametrize("kind", ["confirmation", "reminder_1h"])
@pytest.mark.parametrize("name", FAULTS)
def test_each_mail_ends_delivered_once_or_with_a_reason(
    name: str, kind: str, site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None]
) -> None:
    play(FAULTS[name], kind, 1, site, server, later)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["confirmation", "reminder_1h"])
@pytest.mark.parametrize("name", FAULTS)
def test_thousands_of_mails_end_delivered_once_or_with_a_reason(
    name: str, kind: str, site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None]
) -> None:
    """`SOAK_MAILS` says how many; those for which a server has to be waited out are fewer."""
    play(FAULTS[name], kind, SOAK_MAILS // 50 if FAULTS[name].act in SLOW else SOAK_MAILS, site, server, later)


def test_a_server_that_is_down_delays_and_nothing_else(
    site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None]
) -> None:
    port = free_port()
    works = site(port)
    plan(12, "confirmation")
    for _ in range(3):
        works.deliver_outbox()
        later(timedelta(minutes=20))
    assert {row.state for row in queries.everything()} <= {"planned", "retrying"}
    assert "Nothing listens" in " ".join([row.why for row in queries.everything()])
    scripted = server(Script(), port=port)
    rows = until_settled(works, later)
    assert {row.state for row in rows} == {"sent"}
    assert Counter(scripted.log.taken) == Counter(row.message_id for row in rows)


def test_a_server_that_stays_down_is_given_up_with_the_reason(site: Callable[..., Any], later: Callable[[timedelta], None]) -> None:
    plan(1, "confirmation")
    (row,) = until_settled(site(free_port()), later)
    assert (row.state, row.attempts) == ("dead", 8)
    assert "Nothing listens" in row.why


def test_while_the_server_is_down_one_connection_a_second_at_most_asks_whether_it_is_back(
    site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None], app: Flask
) -> None:
    scripted = server(Script("CONNECT", "421 down", ALWAYS))
    works = site(scripted.port)
    plan(100, "confirmation")

    def another_worker() -> None:
        with app.app_context():
            works.deliver_outbox()

    began = clock.now()
    while clock.now() - began < timedelta(seconds=10):
        threads = [threading.Thread(target=another_worker) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        later(timedelta(seconds=0.1))
    assert len(scripted.log.connections) <= 10 + 2, "the two workers may find out at once, then they ask in turn"
    db.session.rollback()
    assert sum(row.attempts for row in queries.everything()) <= len(scripted.log.connections), "whoever only waits uses up no attempt"
    scripted.script.times = 0
    rows = until_settled(works, later)
    assert {row.state for row in rows} == {"sent"}
    assert len(scripted.log.taken) == 100


@pytest.mark.parametrize("how", ["no encryption offered", "certificate not trusted"])
def test_without_trusted_encryption_nothing_is_handed_over_and_the_row_says_why(
    how: str, site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None], tmp_path: Path
) -> None:
    context = None
    if how == "certificate not trusted":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*write_certificate(tmp_path))
    scripted = server(Script(tls=context))
    plan(1, "confirmation")
    works = site(scripted.port, starttls=True, timeout=2)
    works.deliver_outbox()
    db.session.rollback()
    (row,) = queries.everything()
    assert row.state == "retrying"
    assert ("certificate" if context else "encryption") in row.why
    (row,) = until_settled(works, later)
    assert row.state == "dead"
    assert ("certificate" if context else "encryption") in row.why
    assert "MAIL" not in scripted.log.verbs
    assert scripted.log.taken == []


def test_many_mails_share_one_connection_and_a_refused_one_does_not_end_it(
    site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None]
) -> None:
    scripted = server(Script("RCPT", "550 unknown", 1))
    plan(12, "confirmation")
    rows = until_settled(site(scripted.port), later)
    assert Counter(row.state for row in rows) == {"sent": 11, "dead": 1}
    assert len(scripted.log.connections) == 1


def test_a_connection_that_the_server_closed_meanwhile_costs_no_attempt(site: Callable[..., Any], server: Callable[..., ScriptedServer]) -> None:
    scripted = server(Script())
    works = site(scripted.port)
    works.transport.send(works.compose(OutboxMessage(recipient="a@example.org", message_id="<first@example.com>")))
    scripted.script = Script("MAIL", "421 you have been here for too long", 1)
    works.transport.send(works.compose(OutboxMessage(recipient="a@example.org", message_id="<second@example.com>")))
    works.transport.close()
    assert scripted.log.taken == ["<first@example.com>", "<second@example.com>"]
    assert len(scripted.log.connections) == 2


def test_a_second_copy_is_recognised_by_message_id_and_idempotency_key(
    site: Callable[..., Any], server: Callable[..., ScriptedServer], later: Callable[[timedelta], None]
) -> None:
    scripted = server(Script("BODY", TAKE_AND_DROP, 1))
    plan(1, "confirmation")
    until_settled(site(scripted.port), later)
    first, second = scripted.log.headers
    for name in (b"Message-ID", b"Resend-Idempotency-Key", b"X-Idempotency-Key"):
        values = [[line for line in head.split(b"\r\n") if line.startswith(name + b": ")] for head in (first, second)]
        assert len(values[0]) == 1
        assert values[0] == values[1]


def test_a_slow_trickle_ends_with_the_patience_of_one_step(site: Callable[..., Any], server: Callable[..., ScriptedServer]) -> None:
    scripted = server(Script("CONNECT", TRICKLE, ALWAYS))
    works = site(scripted.port)
    plan(1, "confirmation")
    began = time.monotonic()
    works.deliver_outbox()
    assert time.monotonic() - began < 10 * PATIENCE
