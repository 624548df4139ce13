"""What a list cannot prove: bookings that are missing, seats that changed, reads that are overtaken, rows that are not ours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.bookings import finding
from app.bookings.question import Filters
from app.db import db
from app.outbox.models import OutboxMessage
from app.sandbox.orders import Cancel, Move
from app.sync import reconcile, runs
from app.sync.models import RunKind, RunState, SyncRun
from tests.factories.orders import next_free, order, person
from tests.sync.test_reconcile import due, rows, written

Compare = Callable[..., SyncRun]


@pytest.fixture
def begun(compare: Compare, moment: Any) -> Compare:
    """`compare`, after a first comparison that found nothing."""
    moment("2027-02-01T09:00:00Z")
    assert compare().state == RunState.DONE
    moment.forward(minutes=10)
    return compare


def mails(kind: str) -> list[OutboxMessage]:
    return list(db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == kind)))


def test_a_booking_that_cal_com_does_not_know_any_more_is_marked_and_the_owner_told_once(near: Any, begun: Compare, moment: Any, work: Any) -> None:
    far = next_free(near.engine) + timedelta(days=20)
    kept, lost = (near.engine.create(order(near.engine, start=far + timedelta(hours=hours)))[0] for hours in (0, 2))
    row = near.engine.store._by_uid.pop(lost.uid)
    for shelf in near.engine.store._shelves.values():
        for keys in shelf.orders.values():
            keys[:] = [key for key in keys if key[1] != row.id]
    run = begun(kind=RunKind.DAILY)
    assert (run.state, run.gone, run.verified, run.verified_of) == (RunState.DONE, 1, 1, 2)
    found = {each.uids[0]: each for each in rows()}
    assert (found[kept.uid].missing_since, found[lost.uid].status) == (None, "confirmed")
    assert found[lost.uid].missing_since is not None
    assert len(mails("admin_missing")) == 1
    before = written()
    moment.forward(days=1)
    assert begun().gone == 0
    assert written() == before
    near.engine.store.add(row)
    again = begun(kind=RunKind.FULL)
    assert (again.changed, again.verified, again.verified_of) == (1, 2, 2)
    assert {each.missing_since for each in rows()} == {None}
    assert len(mails("confirmation")) == 2, "nobody is told again that the meeting is on"


def test_with_the_key_of_another_account_nothing_is_marked(near: Any, begun: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "SUSPICIOUS", 2)
    for _ in range(4):
        near.engine.create(order(near.engine))
    near.engine.reset()
    run = begun(kind=RunKind.DAILY)
    assert (run.state, run.gone) == (RunState.DONE, 0)
    assert run.note == "Cal.com's list lacks 4 of 4 upcoming bookings; nothing was marked. Is this the right key?"


def test_a_seat_that_moved_unheard_is_the_same_booking_at_its_new_time(near: Any, begun: Compare, moment: Any) -> None:
    made = near.engine.create(order(near.engine, "group-class"))[0]
    near.engine.create(order(near.engine, "group-class", start=made.start, booker=person("Two", "two@example.org")))
    near.listening = False
    moment.forward(minutes=1)
    later = next_free(near.engine, "group-class", leaving=made.uid) + timedelta(days=1)
    near.engine.move(Move(uid=made.uid, seat_id=made.seats[0].id, start=later))
    moment.forward(minutes=1)
    run = begun(kind=RunKind.DAILY)
    assert run.state == RunState.DONE
    found = {row.booker_email: row for row in rows()}
    assert set(found) == {"ada@example.org", "two@example.org"}
    assert (found["ada@example.org"].start, found["ada@example.org"].moved, found["ada@example.org"].status) == (later, 1, "confirmed")
    assert [mail.state for mail in mails("rescheduled")] == ["planned"]
    assert mails("cancelled") == []
    before = written()
    begun(kind=RunKind.FULL)
    assert written() == before


def test_who_left_a_class_unheard_is_told_once_and_the_others_stay(near: Any, begun: Compare, moment: Any) -> None:
    made = near.engine.create(order(near.engine, "group-class"))[0]
    near.engine.create(order(near.engine, "group-class", start=made.start, booker=person("Two", "two@example.org")))
    near.listening = False
    near.engine.cancel(Cancel(uid=made.uid, seat_id=made.seats[0].id))
    moment.forward(minutes=1)
    begun(kind=RunKind.DAILY)
    assert {row.booker_email: row.status for row in rows()} == {"ada@example.org": "cancelled", "two@example.org": "confirmed"}
    assert [mail.recipient for mail in mails("cancelled")] == ["ada@example.org"]
    before = written()
    begun(kind=RunKind.FULL)
    assert written() == before


def test_a_delivery_that_arrives_while_the_answer_travels_is_not_overruled(near: Any, begun: Compare, moment: Any) -> None:
    near.listening = False
    booked = near.engine.create(order(near.engine))[0]
    moment.forward(minutes=1)

    def meanwhile(call: Any) -> None:
        if call.path == "/bookings" and not near.listening:
            near.listening = True
            moment.forward(seconds=1)
            near.engine.cancel(Cancel(uid=booked.uid))
            moment.forward(seconds=1)

    near.after = meanwhile
    begun()
    assert [row.status for row in rows()] == ["cancelled"]
    assert [kind for kind, _ in due() if not kind.startswith("admin")] == ["cancelled"]


def test_rows_that_change_while_pages_are_turned_are_not_lost(near: Any, begun: Compare, moment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "MOST", 5)
    near.listening = False
    made = []
    for _ in range(4):
        made += [near.engine.create(order(near.engine))[0] for _ in range(7)]
        moment.forward(seconds=1)
    changed = iter(made)

    def meanwhile(call: Any) -> None:
        if call.path == "/bookings" and (one := next(changed, None)):
            moment.forward(seconds=1)
            near.engine.cancel(Cancel(uid=one.uid))

    near.after = meanwhile
    run = begun(kind=RunKind.SINCE, since=clock.now() - timedelta(hours=1))
    near.after = lambda _: None
    begun()
    assert run.state == RunState.DONE
    wanted = {row.uid: "cancelled" if row.status.value == "CANCELLED" else "confirmed" for row in near.engine.bookings()}
    assert {row.uids[-1]: row.status for row in rows()} == wanted
    assert len(wanted) == 28


def test_meetings_that_the_owner_attends_elsewhere_are_not_ours(near: Any, begun: Compare) -> None:
    hosts = near.engine.catalogue.hosts
    if len(hosts) < 2:
        pytest.skip("the simulated Cal.com has one host only")
    near.listening = False
    kind = near.engine.catalogue.event_types(hosts[1])[0]
    guest = person("Robin", hosts[0].email)
    made = near.engine.create(order(near.engine, kind.slug, username=hosts[1].username, booker=guest, start=clock.now() + timedelta(days=3)))
    run = begun()
    assert (run.state, run.created) == (RunState.DONE, 0)
    assert run.ignored >= len(made)
    assert rows() == []


def test_a_run_that_is_killed_goes_on_where_it_stopped(near: Any, compare: Compare, moment: Any, monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    monkeypatch.setattr(reconcile, "MOST", 5)
    moment("2027-02-01T09:00:00Z")
    near.listening = False
    for _ in range(23):
        near.engine.create(order(near.engine))
        moment.forward(seconds=1)

    class Killed(BaseException):
        pass

    def kill(run: SyncRun) -> None:
        if run.requests == 3:
            raise Killed

    with pytest.raises(Killed):
        compare(watch=kill)
    runs._carried_out.clear()  # so does a process that is gone
    asked = len(near.calls)
    run = compare()
    assert (run.id, run.kind, run.state) == (1, RunKind.FIRST, RunState.DONE)
    assert len([call for call in near.calls[asked:] if "sortCreated" in call.target]) <= 4
    assert len(rows()) == 23
    assert due() == []
    before = written()
    compare()
    assert written() == before


def test_two_do_not_compare_at_once(near: Any, begun: Compare) -> None:
    def another(_: SyncRun) -> None:
        near.after = lambda _: None
        with pytest.raises(runs.Busy):
            begun()

    near.after = lambda _: None
    run = begun(watch=another)
    assert run.state == RunState.DONE
    assert finding.count(Filters()).number == 0
