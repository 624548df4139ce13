"""Who may carry a run out, and how one ends when something goes wrong."""

import os
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.away import DatabaseBusy
from app.bookings import queries
from app.calcom.errors import Away
from app.db import db, transaction
from app.sync import catalogue, intake, reconcile, runs
from app.sync.models import RunKind, RunState, SyncRun
from tests.factories.orders import order

Compare = Callable[..., SyncRun]


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str) -> Any:
    app = make_app(DATABASE_URL=sqlite_url)
    with app.app_context():
        yield app


def under_way(owner: str, *, heartbeat: timedelta = timedelta()) -> None:
    """Somebody carries out run 1."""
    runs.begin(cause="clock")
    with transaction() as session:
        run = session.get_one(SyncRun, 1)
        run.owner, run.heartbeat_at = owner, clock.now() - heartbeat
    db.session.rollback()


def test_a_run_elsewhere_is_left_alone_as_long_as_its_heart_beats(app: Flask) -> None:
    under_way("another-machine:7")
    with pytest.raises(runs.Busy) as busy:
        runs.begin(cause="command")
    assert busy.value.number == 1
    assert not runs.due(minutes=10, fresh_start=True)
    under_way_for_long = timedelta(minutes=6)
    with transaction() as session:
        session.get_one(SyncRun, 1).heartbeat_at = clock.now() - under_way_for_long
    assert runs.due(minutes=10, fresh_start=False)
    assert runs.begin(cause="command").number == 1


def test_a_process_of_this_machine_that_is_gone_frees_its_run_at_once(app: Flask) -> None:
    under_way(f"{socket.gethostname()}:{2**22 + 1}")
    assert runs.begin(cause="command").number == 1
    under_way_by_other = f"{socket.gethostname()}:{os.getppid()}"
    with transaction() as session:
        session.get_one(SyncRun, 1).owner = under_way_by_other
    with pytest.raises(runs.Busy):
        runs.begin(cause="command")


def test_after_a_failure_the_next_one_waits_its_minutes(app: Flask, moment: Any) -> None:
    moment("2027-02-01T09:00:00Z")
    runs.end(runs.begin(cause="clock"), error="Cal.com was away.")
    moment.forward(minutes=9)
    assert not runs.due(minutes=10, fresh_start=False)
    assert runs.due(minutes=10, fresh_start=True)
    moment.forward(minutes=1)
    assert runs.due(minutes=10, fresh_start=False)


def test_a_run_that_was_taken_over_writes_nothing_more(near: Any, compare: Compare) -> None:
    near.listening = False
    near.engine.create(order(near.engine))

    def take_over(call: Any) -> None:
        if call.path == "/bookings":
            near.after = lambda _: None
            with transaction() as session:
                session.get_one(SyncRun, 1).token = "another"

    near.after = take_over
    run = compare()
    assert (run.state, run.token, run.created) == (RunState.RUNNING, "another", 0)
    assert list(queries.everything()) == []


def test_a_process_that_ends_leaves_the_run_to_the_next_one(near: Any, compare: Compare) -> None:
    near.listening = False
    near.engine.create(order(near.engine))
    run = compare(should_stop=lambda: True)
    assert (run.state, run.heartbeat_at, run.owner) == (RunState.RUNNING, None, "")
    run = compare()
    assert (run.id, run.state, run.kind) == (1, RunState.DONE, RunKind.FIRST)


def test_one_booking_that_cannot_be_taken_in_takes_no_other_with_it(near: Any, compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    near.listening = False
    made = [near.engine.create(order(near.engine))[0] for _ in range(3)]
    real = intake.record

    def record(session: Any, facts: Any, **values: Any) -> Any:
        if facts[0].uid == made[1].uid:
            raise ValueError("poison")
        return real(session, facts, **values)

    monkeypatch.setattr(intake, "record", record)
    run = compare()
    assert (run.state, run.created, run.unreadable) == (RunState.DONE, 2, 2), "both lists show it"
    assert run.note == "Some bookings could not be taken in; the log has the details."
    assert {row.uids[0] for row in queries.everything()} == {made[0].uid, made[2].uid}
    monkeypatch.setattr(intake, "record", real)
    assert compare(kind=RunKind.FULL).created == 1


def test_a_status_that_nobody_knows_is_counted_and_said(near: Any, compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    near.listening = False
    near.engine.create(order(near.engine))
    monkeypatch.setattr("app.sync.from_api.STATES", {})
    run = compare()
    assert (run.state, run.unreadable, run.note) == (RunState.DONE, 2, "Some bookings could not be understood: the status 'accepted' is not known here.")


def test_without_a_catalogue_the_account_of_the_key_says_what_is_ours(near: Any, compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: Any) -> None:
        raise Away("Cal.com is away.")

    monkeypatch.setattr(catalogue, "refresh", away)
    near.listening = False
    near.engine.create(order(near.engine))
    run = compare()
    assert (run.state, run.created) == (RunState.DONE, 1)


def test_a_database_that_takes_no_writes_is_waited_for_and_then_said(near: Any, compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tries = reconcile.transaction, []

    def busy(*, until: int) -> Any:
        def begin() -> Any:
            tries.append(1)
            if len(tries) <= until:
                raise DatabaseBusy("locked")
            return real()

        return begin

    monkeypatch.setattr(reconcile.time, "sleep", lambda _: None)
    monkeypatch.setattr(reconcile, "transaction", busy(until=2))
    assert compare().state == RunState.DONE
    tries.clear()
    monkeypatch.setattr(reconcile, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(reconcile, "transaction", busy(until=99))
    run = compare()
    assert (run.state, run.error) == (RunState.FAILED, "The database took no writes for too long; nothing is lost, the next run goes on here.")


def test_an_error_of_our_own_stands_on_the_run_without_its_values(near: Any, compare: Compare) -> None:
    def fail(_: SyncRun) -> None:
        raise ValueError("a secret")

    with pytest.raises(ValueError, match="secret"):
        compare(watch=fail)
    run = db.session.get_one(SyncRun, 1, populate_existing=True)
    assert (run.state, run.error) == (RunState.FAILED, "An error of this site's own (ValueError); the log has the details.")
