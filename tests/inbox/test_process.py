"""Processing: outcomes stay on the row, errors are retried with growing pauses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import clock
from app.bookings import queries as bookings
from app.db import db
from app.inbox import process, queries
from app.inbox.models import InboxMessage, InboxState
from app.inbox.receive import receive
from app.outbox import queries as outbox
from app.timing import step


@pytest.fixture
def move_clock(moment: Any) -> Callable[[timedelta], None]:
    """Moves the clock, which stands still from here on."""
    moment(clock.now())
    return lambda by: moment.forward(seconds=by.total_seconds())


@pytest.fixture
def message(app: Flask) -> int:
    return receive(db.engine, body=b"{}", headers={}, subscription="", secret="main[0]").id


def failing(_: Session, __: InboxMessage) -> process.Outcome:
    raise OSError("the disk is away")


def test_an_error_of_our_own_is_kept_and_tried_again_with_growing_pauses(message: int, move_clock: Callable[[timedelta], None]) -> None:
    pauses = []
    for _ in process.PAUSES:
        process.run(failing)
        row = queries.by_id(message)
        assert row is not None
        assert (row.state, row.error) == (InboxState.RETRYING, "OSError: the disk is away")
        pauses.append(row.due_at)
        assert process.run(failing) == 0
        move_clock(process.PAUSES[len(pauses) - 1] + timedelta(seconds=1))
    process.run(failing)
    row = queries.by_id(message)
    assert row is not None
    assert row.state == InboxState.DEAD


def test_a_dead_delivery_can_be_replayed(message: int) -> None:
    process.run(failing)
    process.replay(message)
    process.run(lambda _, __: process.Outcome(InboxState.PROCESSED, trigger="PING"))
    row = queries.by_id(message)
    assert row is not None
    assert (row.state, row.error) == (InboxState.PROCESSED, None)


def test_a_handler_that_fails_half_way_leaves_nothing_behind(app: Flask, message: int) -> None:
    def half(session: Session, _: InboxMessage) -> process.Outcome:
        session.add(InboxMessage(digest="written by the handler", received_at=clock.now(), due_at=clock.now()))
        session.flush()
        raise ValueError("in the middle")

    process.run(half)
    assert len(list(queries.everything())) == 1


def test_a_booking_without_a_start_is_dead_at_once_and_says_why(deliver: Callable[..., Any]) -> None:
    deliver({"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-11-20T10:00:00.000Z", "payload": {"uid": "abc", "startTime": "soon", "endTime": "later"}})
    (row,) = queries.everything()
    assert (row.state, row.error) == (InboxState.DEAD, "startTime: not a time")


def test_a_fact_about_an_unknown_booking_is_kept_and_shows_nothing(deliver: Callable[..., Any]) -> None:
    for number in (52, 53, 28):
        deliver(number)
    assert {(row.state, row.booking_id) for row in queries.everything()} == {(InboxState.PROCESSED, None)}
    assert list(bookings.everything()) == []


def test_a_trigger_of_the_future_and_a_ping_are_kept_and_ignored(deliver: Callable[..., Any]) -> None:
    deliver(1)
    deliver({"triggerEvent": "BOOKING_TELEPORTED", "createdAt": "2030-01-01T00:00:00Z", "payload": {"uid": "x"}})
    assert [(row.trigger, row.state) for row in queries.everything()] == [("PING", InboxState.IGNORED), ("BOOKING_TELEPORTED", InboxState.IGNORED)]


def test_processing_again_changes_nothing(deliver: Callable[..., Any], app: Flask) -> None:
    for number in (3, 10):
        deliver(number)
    (row,) = bookings.everything()
    before = (row.updated_at, len(bookings.changes_of(row)), row.sequence)
    for message in list(queries.everything()):
        process.replay(message.id)
    assert app.extensions["works"].process_inbox() == 2
    (row,) = bookings.everything()
    assert (row.updated_at, len(bookings.changes_of(row)), row.sequence) == before


def test_a_replay_under_another_mail_policy_cancels_no_planned_mail(deliver: Callable[..., Any], app: Flask, captured: Callable[[int], dict[str, Any]]) -> None:
    works = app.extensions["works"]
    with_sequences, without = replace(works.policy, follow_up=(step("2d"),)), works.policy
    works._policy = with_sequences
    deliver(captured(3)["body"])
    planned = [(row.kind, row.state) for row in outbox.everything()]
    assert ("follow_up_1", "planned") in planned
    works._policy = without
    process.replay(next(queries.everything()).id)
    works.process_inbox()
    assert [(row.kind, row.state) for row in outbox.everything()] == planned
