"""What a comparison with Cal.com repairs, what it leaves alone, and what people hear of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.bookings import queries
from app.bookings.models import Booking, BookingChange, BookingFact
from app.db import db
from app.outbox.models import OutboxMessage
from app.sandbox.orders import Cancel, Move
from app.sync.models import RunKind, RunState, SyncRun
from tests.factories.orders import next_free, order, person

Compare = Callable[..., SyncRun]


def rows() -> list[Booking]:
    return list(queries.everything())


def written() -> dict[str, int]:
    db.session.rollback()
    return {
        table.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Booking, BookingFact, BookingChange, OutboxMessage)
    }


def due(kind: str = "") -> list[tuple[str, str]]:
    """Mails that go out at once: kind and recipient."""
    planned = sa.select(OutboxMessage).where(OutboxMessage.state == "planned", OutboxMessage.due_at <= clock.now())
    return sorted((mail.kind, mail.recipient) for mail in db.session.scalars(planned) if mail.kind.startswith(kind))


@pytest.fixture
def begun(compare: Compare, moment: Any) -> Compare:
    """`compare`, after a first comparison that found nothing."""
    moment(clock.now().replace(microsecond=0))
    assert compare().state == RunState.DONE
    moment.forward(minutes=10)
    return compare


def test_a_first_comparison_brings_everything_in_and_writes_to_nobody_but_plans_reminders(near: Any, compare: Compare, moment: Any) -> None:
    moment(clock.now().replace(microsecond=0))
    near.listening = False
    booked = near.engine.create(order(near.engine, start=clock.now() + timedelta(days=9)))[0]
    near.engine.cancel(Cancel(uid=near.engine.create(order(near.engine))[0].uid))
    near.engine.move(Move(uid=near.engine.create(order(near.engine, "consultation"))[0].uid, start=next_free(near.engine, "consultation"), by_host=True))
    moment.forward(minutes=5)
    run = compare()
    assert (run.kind, run.state, run.error) == (RunKind.FIRST, RunState.DONE, "")
    assert (run.created, run.changed, run.same, run.ignored) == (4, 0, 0, 0) or (run.created + run.changed) == 4
    assert (run.verified, run.verified_of) == (2, 2)
    assert due() == []
    found = {row.uids[0]: row for row in rows()}
    assert len(found) == 3
    reminders = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind.startswith("reminder"), OutboxMessage.state == "planned"))
    assert found[booked.uid].id in {mail.booking_id for mail in reminders}
    before = written()
    again = compare()
    assert (again.state, again.created, again.changed) == (RunState.DONE, 0, 0)
    assert written() == before


def test_a_booking_that_is_found_later_was_made_when_it_was_made(near: Any, begun: Compare, moment: Any) -> None:
    near.listening = False
    made = clock.now()
    booked = near.engine.create(order(near.engine))[0]
    moment.forward(days=3)
    near.engine.move(Move(uid=booked.uid, start=next_free(near.engine), by_host=True))
    moment.forward(days=3)
    begun()
    (row,) = rows()
    assert row.moved == 1
    assert (row.booked_at, row.created_at) == (made, clock.now())


def test_a_lost_booking_is_brought_in_and_its_people_hear_of_it_once(near: Any, begun: Compare, moment: Any) -> None:
    near.listening = False
    near.engine.create(order(near.engine))
    moment.forward(minutes=1)
    run = begun()
    assert (run.created, run.state) == (1, RunState.DONE)
    assert due() == [("admin_confirmation", "owner@example.com"), ("confirmation", "ada@example.org")]
    before = written()
    begun()
    assert written() == before


def test_a_lost_delivery_that_comes_a_day_later_sends_nothing_again(near: Any, begun: Compare, moment: Any, deliver: Any, work: Any, mails: Any) -> None:
    near.listening = False
    booked = near.engine.create(order(near.engine, start=clock.now() + timedelta(days=9)))[0]
    moment.forward(minutes=1)
    near.engine.move(Move(uid=booked.uid, start=booked.start + timedelta(hours=2)))
    moment.forward(minutes=1)
    begun()
    work()
    assert sorted(mail.subject for mail in mails.sent if "owner" not in str(mail.to))
    count = len(mails.sent)
    assert count == 2
    moment.forward(days=1)
    for body in near.told:
        deliver(body)
    work()
    assert len([mail for mail in mails.sent[count:] if "eminder" not in mail.subject]) == 0
    (row,) = rows()
    assert (row.moved, row.status, len(row.uids)) == (1, "confirmed", 2)


def test_a_lost_cancellation_is_told(near: Any, begun: Compare, moment: Any) -> None:
    booked = near.engine.create(order(near.engine))[0]
    near.listening = False
    moment.forward(minutes=1)
    near.engine.cancel(Cancel(uid=booked.uid, reason="Something came up"))
    moment.forward(minutes=1)
    run = begun()
    (row,) = rows()
    assert (run.changed, row.status, row.reason) == (1, "cancelled", "Something came up")
    assert ("cancelled", "ada@example.org") in due()
    change = next(change for change in queries.changes_of(row) if change.field == "status" and change.new == "cancelled")
    assert (change.actor, change.cause) == ("sync", f"sync run {run.id}")


def test_what_webhooks_told_is_found_to_be_the_same(near: Any, begun: Compare, moment: Any) -> None:
    engine = near.engine
    for slug in ("intro", "consultation", "paid-session", "group-class", "weekly-coaching", "flexible"):
        guests = () if slug == "group-class" else (person("", "guest@example.org"),)
        booked = engine.create(order(engine, slug, notes="Please ring twice", metadata={"frontdesk_source": "/book", "campaign": "autumn"}, guests=guests))[0]
        moment.forward(seconds=20)
        if slug == "consultation":
            engine.confirm(booked.uid)
        if slug == "paid-session":
            engine.pay(booked.uid)
        if slug == "group-class":
            engine.create(order(engine, slug, start=booked.start, booker=person("Two", "two@example.org")))
        if slug == "flexible":
            engine.move(Move(uid=booked.uid, start=next_free(engine, slug), by_host=True))
        moment.forward(seconds=20)
    moment.forward(minutes=1)
    told = [(row.uids, row.title, row.attendees, row.answers, row.details, row.location, row.meeting_url, row.payment) for row in rows()]
    before = written()
    run = begun()
    assert (run.created, run.changed, run.unreadable) == (0, 0, 0)
    assert [(row.uids, row.title, row.attendees, row.answers, row.details, row.location, row.meeting_url, row.payment) for row in rows()] == told
    after = written()
    assert after == before | {"booking_fact": before["booking_fact"] + 1}, "only who sat in the class is noted down"
    begun()
    assert written() == after
