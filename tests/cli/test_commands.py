"""The commands: what they print, for people and for scripts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.accounts.staff import check_password
from app.db import db
from app.inbox.receive import receive

Deliver = Callable[..., Any]


@pytest.fixture
def flask(app: Flask) -> Callable[..., Any]:
    """`flask("bookings", "list")`: the command's result."""
    runner = FlaskCliRunner(app)
    return lambda *arguments, **kwargs: runner.invoke(args=list(arguments), **kwargs)


@pytest.fixture
def read(flask: Callable[..., Any]) -> Callable[..., Any]:
    """What a command prints with `--json`, and nothing else on standard output."""

    def call(*arguments: str) -> Any:
        result = flask(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return call


def test_bookings_are_listed_with_the_documented_keys(deliver: Deliver, read: Callable[..., Any]) -> None:
    deliver(4)
    (booking,) = read("bookings", "list")
    assert list(booking) == [
        "reference", "status", "payment", "uids", "event_type", "title", "start", "end", "host", "location", "meeting_url",
        "attendees", "moved", "metadata", "changes",
    ]  # fmt: skip
    assert (booking["start"], booking["host"], booking["status"]) == ("2026-12-02T11:00:00Z", "pro@example.com", booking["status"])
    assert booking["attendees"][0] == {"name": "Ada Attendee", "email": "ada@example.org", "time_zone": "Europe/Berlin", "state": "attending"}
    assert [person["email"] for person in booking["attendees"]] == ["ada@example.org", "guest1@example.org", "guest2@example.org"]
    assert booking["metadata"] == {"order_id": "ORD-1042", "source": "website-embed"}
    assert booking["changes"] > 0


def test_a_booking_is_shown_with_its_history(deliver: Deliver, read: Callable[..., Any]) -> None:
    for number in (3, 10):
        deliver(number)
    (booking,) = read("bookings", "list")
    shown = read("bookings", "show", booking["reference"].lower())
    assert len(shown["changes"]) == booking["changes"]
    moved = next(change for change in shown["changes"] if change["field"] == "start" and change["old"])
    assert (moved["actor"], moved["cause"], moved["old"], moved["new"]) == (
        "cal.com", "BOOKING_RESCHEDULED", "2026-12-02T09:00:00+00:00", "2026-12-03T15:00:00+00:00",
    )  # fmt: skip


def test_an_unknown_booking_is_said_so_with_status_one(flask: Callable[..., Any]) -> None:
    result = flask("bookings", "show", "NOSUCH22")
    assert result.exit_code == 1
    assert "NOSUCH22" in result.output


def test_lists_print_every_row_unless_limited(deliver: Deliver, read: Callable[..., Any], captured_numbers: list[int]) -> None:
    for number in captured_numbers[:12]:
        deliver(number)
    assert len(read("inbox", "list")) == 12
    assert [row["id"] for row in read("inbox", "list", "--limit", "2")] == [row["id"] for row in read("inbox", "list")][-2:]


def test_empty_lists_are_empty_arrays_and_say_what_comes(flask: Callable[..., Any], read: Callable[..., Any]) -> None:
    for noun in ("bookings", "inbox", "outbox"):
        assert read(noun, "list") == []
        assert "yet" in flask(noun, "list").output
    assert "http://localhost/webhooks/calcom" in flask("inbox", "list").output


def test_deliveries_are_listed_with_outcome_and_booking(deliver: Deliver, read: Callable[..., Any]) -> None:
    deliver(3)
    deliver(b"false")
    (booking,) = read("bookings", "list")
    first, second = read("inbox", "list")
    assert list(first) == ["id", "received_at", "trigger", "state", "repeats", "booking", "error"]
    assert (first["trigger"], first["state"], first["booking"]) == ("BOOKING_CREATED", "processed", booking["reference"])
    assert (second["state"], second["trigger"]) == ("ignored", None)
    assert "not" in second["error"] or "instead of" in second["error"]


def test_a_delivery_is_shown_with_its_body_whatever_it_holds(deliver: Deliver, read: Callable[..., Any], app: Flask) -> None:
    deliver(b"\xff\xfe")
    assert read("inbox", "show", "1")["body_base64"] == "//4="


def test_a_delivery_can_be_replayed(deliver: Deliver, flask: Callable[..., Any]) -> None:
    deliver(3)
    result = flask("inbox", "replay", "1")
    assert (result.exit_code, result.output.split()) == (0, ["1", "processed"])
    assert flask("inbox", "replay", "99").exit_code == 1


def test_deliveries_are_replayed_by_time_and_all_dead_ones(deliver: Deliver, flask: Callable[..., Any], moment: Any) -> None:
    moment("2026-12-01T09:00Z")
    deliver(3)
    moment("2026-12-03T09:00Z")
    deliver({"triggerEvent": "BOOKING_CREATED", "createdAt": "x", "payload": {}})
    assert flask("inbox", "replay", "--until", "2026-12-02").output.split() == ["1", "processed"]
    assert flask("inbox", "replay", "--since", "2026-12-02", "--until", "2026-12-02T12:00").output == "No delivery matches.\n"
    dead = flask("inbox", "replay", "--dead")
    assert (dead.exit_code, dead.output.split()[:2]) == (1, ["2", "dead"])
    assert flask("inbox", "replay").exit_code == 2


def test_mails_are_listed_and_a_dead_one_is_sent_again(deliver: Deliver, read: Callable[..., Any], flask: Callable[..., Any], mails: Any) -> None:
    deliver(3)
    first = read("outbox", "list")[0]
    assert list(first) == ["id", "kind", "recipient", "booking", "state", "due_at", "sent_at", "why", "attempts"]
    assert (first["kind"], first["recipient"]) == ("confirmation", "ada@example.org")
    assert flask("outbox", "retry", str(first["id"])).exit_code == 0
    assert read("outbox", "show", str(first["id"]))["state"] == "sent"
    assert flask("outbox", "retry", str(first["id"])).exit_code == 1
    assert len([mail for mail in mails.sent if mail.to == "ada@example.org"]) == 1


def test_an_admin_is_made_and_can_sign_in(flask: Callable[..., Any], app: Flask) -> None:
    result = flask("admin", "create", "Owner@Example.com", "--password", "a-long-password")
    assert result.exit_code == 0, result.output
    user = check_password(email="owner@example.COM", password="a-long-password")
    assert user is not None
    assert user.email == "owner@example.com"
    assert check_password(email="owner@example.com", password="another-password") is None
    assert check_password(email="nobody@example.com", password="a-long-password") is None


@pytest.mark.parametrize(("email", "password", "said"), [("no-address", "a-long-password", "address"), ("a@example.com", "short", "10 characters")])
def test_a_bad_account_is_refused_with_the_reason(email: str, password: str, said: str, flask: Callable[..., Any]) -> None:
    result = flask("admin", "create", email, "--password", password)
    assert result.exit_code == 2
    assert said in result.output


def test_a_file_without_a_receiver_says_that_nobody_answered(flask: Callable[..., Any], tmp_path: Path) -> None:
    body = tmp_path / "own.json"
    body.write_text("{}")
    result = flask("inbox", "send", str(body), "--to", "http://127.0.0.1:9/webhooks/calcom")
    assert result.exit_code == 1
    assert "no answer" in result.output


def test_streams_stay_json_whatever_a_name_holds(app: Flask, read: Callable[..., Any], deliver: Deliver) -> None:
    receive(db.engine, body=b'{"triggerEvent": "\\u0000evil\\u202e"}', headers={}, subscription="", secret="")
    app.extensions["works"].process_inbox()
    assert read("inbox", "list")[0]["trigger"] == "evil\u202e"
