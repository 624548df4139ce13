"""Nothing leaves while the outbox is held; `simulate` says what would happen."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app import clock
from app.bookings.models import Booking
from app.bookings.too_late import too_late
from app.db import db, transaction
from app.outbox import deliver as outbox
from app.outbox import hold, queries
from app.outbox.publish import Wanted, publish


@pytest.fixture
def flask(app: Flask) -> Callable[..., Any]:
    runner = FlaskCliRunner(app)
    return lambda *arguments: runner.invoke(args=list(arguments))


def plan(key: str = "one") -> None:
    with transaction() as session:
        publish(session, [Wanted(key=key, kind="confirmation", recipient="ada@example.org")], booking_id=None, message_domain="example.com")


def state() -> list[tuple[str, int]]:
    db.session.rollback()
    return [(row.state, row.attempts) for row in queries.everything()]


def test_nothing_leaves_while_the_outbox_is_held_and_everything_after_release(flask: Callable[..., Any]) -> None:
    plan()
    assert flask("outbox", "hold", "--why", "restored from yesterday").exit_code == 0
    assert outbox.run(lambda *_: "never") == 0
    listed = flask("outbox", "list", "--json")
    assert [row["state"] for row in json.loads(listed.stdout)] == ["planned"]
    assert "restored from yesterday" in listed.stderr
    assert "open again" in flask("outbox", "release").output
    assert outbox.run(lambda *_: "now") == 1
    assert state() == [("sent", 1)]
    assert "was not held" in flask("outbox", "release").output


def test_a_mail_on_its_way_when_the_hold_begins_does_not_leave(app: Flask) -> None:
    plan()
    plan("two")
    left = []

    def handler(_: object, cross: Callable[[], None]) -> str:
        with transaction() as session:
            hold.hold(session, why="")
        cross()
        left.append(1)
        return "gone"

    outbox.run(handler)
    assert left == []
    assert state() == [("planned", 0), ("planned", 0)]


def test_holding_twice_keeps_the_first_moment(app: Flask) -> None:
    for why in ("first", "second", ""):
        with transaction() as session:
            hold.hold(session, why=why)
    held = hold.held()
    assert held is not None
    assert held.why == "second"


def test_simulate_says_what_would_happen_and_changes_nothing(
    flask: Callable[..., Any], deliver: Callable[..., Any], app: Flask, mails: Any, moment: Any
) -> None:
    moment("2026-11-01T09:00Z")
    deliver(3)
    app.extensions["works"].deliver_outbox()
    (booking,) = json.loads(flask("bookings", "list", "--json").stdout)
    before = [(row.id, row.state, row.why) for row in queries.everything()]

    def acts(at: str) -> dict[str, str]:
        found = json.loads(flask("outbox", "simulate", booking["reference"], "--at", at, "--json").stdout)
        return {row["kind"]: row["act"] for row in found}

    assert acts("2026-11-01T10:00Z")["confirmation"] == "nothing"
    assert acts("2026-11-01T10:00Z")["reminder_24h"] == "wait"
    assert acts("2026-12-01T09:30:00")["reminder_24h"] == "send"
    assert acts("2026-12-02T09:30Z")["reminder_24h"] == "skip"
    late = {kind: act for kind, act in acts("2026-12-02T08:30Z").items() if kind.startswith("reminder")}
    assert late == {"reminder_24h": "skip", "reminder_1h": "send"}, "of two that are due only the one nearest to the meeting goes out"
    assert flask("outbox", "simulate", booking["reference"], "--at", "tomorrow").exit_code == 2
    assert flask("outbox", "simulate", "NOSUCH").exit_code == 1
    flask("outbox", "hold")
    assert acts("2026-12-01T09:30:00")["reminder_24h"] == "wait"
    db.session.rollback()
    assert [(row.id, row.state, row.why) for row in queries.everything()] == before


def meeting(status: str = "confirmed") -> Booking:
    start = clock.now()
    return Booking(status=status, start=start, end=start + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("kind", "status", "minutes", "gone"),
    [
        ("reminder_1h", "confirmed", -60, ""),
        ("reminder_1h", "confirmed", 0, "begun"),
        ("reminder_1h", "cancelled", -60, "cancelled"),
        ("confirmation", "confirmed", 10, ""),
        ("confirmation", "confirmed", 30, "over"),
        ("cancelled", "cancelled", 60, ""),
        ("cancelled", "cancelled", 60 * 25, "more than a day"),
        ("follow_up_1", "confirmed", 60 * 48, ""),
    ],
)
def test_what_is_too_late_is_not_tried_again(kind: str, status: str, minutes: int, gone: str) -> None:
    booking = meeting(status)
    why = too_late(booking, kind=kind, data={"start": booking.start.isoformat()}, at=booking.start + timedelta(minutes=minutes))
    assert (gone in why) if gone else why == ""


def test_a_reminder_of_a_time_that_no_longer_counts_is_not_sent() -> None:
    booking = meeting()
    at = booking.start - timedelta(hours=1)
    assert "moved" in too_late(booking, kind="reminder_1h", data={"start": (booking.start - timedelta(days=1)).isoformat()}, at=at)
    assert too_late(booking, kind="reminder_1h", data={"start": "nonsense"}, at=at) != ""
    assert too_late(booking, kind="reminder_1h", data={"start": booking.start.replace(tzinfo=None).isoformat()}, at=at) == ""
