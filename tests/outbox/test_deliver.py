"""Delivery: claimed once, fenced, retried by kind of failure, honest about what nobody can know."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.db import db, transaction
from app.outbox import deliver as outbox
from app.outbox import lease, queries
from app.outbox.models import OutboxMessage, OutboxState
from app.outbox.publish import Wanted, publish


def plan(key: str = "one", kind: str = "confirmation", *, skipped: str = "") -> int:
    with transaction() as session:
        publish(session, [Wanted(key=key, kind=kind, recipient="ada@example.org", skipped=skipped)], booking_id=None, message_domain="example.com")
    return next(row.id for row in queries.everything() if row.key == key)


def row(number: int) -> OutboxMessage:
    db.session.rollback()
    found = queries.by_id(number)
    assert found is not None
    return found


@pytest.fixture
def move_clock(moment: Any) -> Callable[[timedelta], None]:
    """Moves the clock, which stands still from here on."""
    moment(clock.now())
    return lambda by: moment.forward(seconds=by.total_seconds())


@pytest.fixture(autouse=True)
def _database(app: Flask) -> None:
    """Every test here needs the database."""


def test_a_planned_mail_goes_out_once() -> None:
    number, sent = plan(), []
    for _ in range(3):
        outbox.run(lambda message, _: sent.append(message.id) or "Subject")  # type: ignore[func-returns-value]
    assert sent == [number]
    assert (row(number).state, row(number).subject, row(number).attempts) == (OutboxState.SENT, "Subject", 1)


def test_the_same_fact_can_never_ask_twice() -> None:
    plan()
    plan()
    assert len(list(queries.everything())) == 1


def test_a_mail_that_was_sent_is_not_taken_back_by_later_facts() -> None:
    number = plan()
    outbox.run(lambda *_: "Subject")
    plan(skipped="overtaken")
    assert row(number).state == OutboxState.SENT


def test_a_skipped_mail_is_planned_again_when_the_facts_want_it() -> None:
    number = plan(skipped="overtaken")
    assert row(number).state == OutboxState.CANCELLED
    plan()
    assert (row(number).state, row(number).why) == (OutboxState.PLANNED, "")


def raising(error: Exception) -> outbox.Handler:
    def handler(*_: object) -> str:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (outbox.Later("the server is busy"), OutboxState.RETRYING),
        (outbox.Never("no such person"), OutboxState.DEAD),
        (outbox.Skip("the meeting is over"), OutboxState.CANCELLED),
        (KeyError("ours"), OutboxState.RETRYING),
    ],
)
def test_the_kind_of_failure_decides(error: Exception, state: OutboxState) -> None:
    number = plan()
    outbox.run(raising(error))
    assert row(number).state == state
    assert row(number).why


def test_after_the_last_pause_it_is_given_up_with_the_reason(move_clock: Callable[[timedelta], None]) -> None:
    number = plan()
    for pause in [*outbox.PAUSES, timedelta()]:
        outbox.run(raising(outbox.Later("the server is busy")))
        move_clock(pause + timedelta(seconds=1))
    assert row(number).state == OutboxState.DEAD
    assert "the server is busy" in row(number).why


class Killed(BaseException):
    """Stands for `kill -9`: nothing of ours runs after it."""


def crash(_: OutboxMessage, cross: Callable[[], None]) -> str:
    cross()
    raise Killed


def test_a_service_mail_whose_worker_died_goes_out_once_more_with_the_same_message_id(move_clock: Callable[[timedelta], None]) -> None:
    number = plan()
    with pytest.raises(Killed):
        outbox.run(crash)
    before = row(number).message_id
    assert row(number).state == OutboxState.SENDING
    assert outbox.run(lambda *_: "too early") == 0
    move_clock(lease.LEASE + timedelta(seconds=1))
    seen: list[str] = []
    outbox.run(lambda message, _: seen.append(message.message_id) or "again")  # type: ignore[func-returns-value]
    assert seen == [before]


def test_a_reminder_whose_worker_died_stays_unknown(move_clock: Callable[[timedelta], None]) -> None:
    number = plan(kind="reminder_1h")
    with pytest.raises(Killed):
        outbox.run(crash)
    move_clock(lease.LEASE + timedelta(seconds=1))
    assert outbox.run(lambda *_: "again") == 0
    assert row(number).state == OutboxState.UNKNOWN


def test_a_second_crash_stays_unknown(move_clock: Callable[[timedelta], None]) -> None:
    number = plan()
    for _ in range(2):
        with pytest.raises(Killed):
            outbox.run(crash)
        move_clock(lease.LEASE + timedelta(seconds=1))
    assert outbox.run(lambda *_: "again") == 0
    assert row(number).state == OutboxState.UNKNOWN


def test_a_worker_that_was_only_slow_still_writes_down_how_it_ended(move_clock: Callable[[timedelta], None]) -> None:
    number = plan()

    def slow(message: OutboxMessage, cross: Callable[[], None]) -> str:
        cross()
        move_clock(lease.LEASE + timedelta(seconds=1))
        lease.release_abandoned()
        assert row(message.id).state == OutboxState.RETRYING
        return "late"

    outbox.run(slow, limit=1)
    assert (row(number).state, row(number).subject) == (OutboxState.SENT, "late")


def test_a_stalled_worker_that_wakes_after_its_lease_sends_nothing_and_changes_nothing(move_clock: Callable[[timedelta], None]) -> None:
    number, left = plan(), []

    def stalled(message: OutboxMessage, cross: Callable[[], None]) -> str:
        move_clock(lease.LEASE + timedelta(seconds=1))
        outbox.run(lambda *_: "by another worker", limit=1)
        cross()
        left.append(message.id)
        return "late"

    outbox.run(stalled, limit=1)
    assert left == []
    assert (row(number).state, row(number).subject, row(number).attempts) == (OutboxState.SENT, "by another worker", 1)


def test_a_worker_that_stalls_right_after_the_mark_sends_nothing(monkeypatch: pytest.MonkeyPatch, move_clock: Callable[[timedelta], None]) -> None:
    number, left = plan(kind="reminder_1h"), []
    real = lease.Pen.change

    def then_sleeps(*args: Any, durable: bool = True) -> int:
        done = real(*args, durable=durable)
        if not durable:
            move_clock(lease.LEASE)
        return done

    def handler(_: OutboxMessage, cross: Callable[[], None]) -> str:
        cross()
        left.append(number)
        return "late"

    monkeypatch.setattr(lease.Pen, "change", then_sleeps)
    outbox.run(handler, limit=1)
    assert left == []
    assert (row(number).state, row(number).attempts) == (OutboxState.PLANNED, 0), "certainly not sent, so it may be sent"


def test_a_mail_that_is_not_due_waits() -> None:
    with transaction() as session:
        wanted = Wanted(key="later", kind="reminder_24h", recipient="a@example.org", due_at=clock.now() + timedelta(hours=1))
        publish(session, [wanted], booking_id=None, message_domain="example.com")
    assert outbox.run(lambda *_: "x") == 0


def test_a_booking_asks_for_its_mails_and_they_go_out(deliver: Callable[..., Any], app: Flask, mails: Any) -> None:
    deliver(3)
    app.extensions["works"].deliver_outbox()
    assert [mail.to for mail in mails.sent] == ["ada@example.org", "owner@example.com"]
    deliver(10)
    deliver(11)
    app.extensions["works"].deliver_outbox()
    kinds = [(row.kind, row.state) for row in queries.everything() if row.kind in {"confirmation", "rescheduled"}]
    assert kinds == [("confirmation", "sent"), ("rescheduled", "cancelled"), ("rescheduled", "sent")]
