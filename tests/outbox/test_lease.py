"""Until the final dot the facts may take a mail back from the worker that holds it; what comes next is read together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bookings import queries as bookings
from app.db import db, transaction
from app.notifications import writer
from app.outbox import deliver as outbox
from app.outbox import lease, queries
from app.outbox.models import OutboxMessage, OutboxState
from app.outbox.publish import Wanted, publish
from app.sandbox.engine import Engine
from app.sandbox.orders import Cancel
from tests.factories.orders import order, person

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture(autouse=True)
def _database(app: Flask) -> None:
    """Every test here needs the database."""


def ask(key: str, *, skipped: str = "", booking_id: int | None = None, overtaken: str = "") -> None:
    wanted = Wanted(key=key, kind="confirmation", recipient="ada@example.org", skipped=skipped)
    with transaction() as session:
        publish(session, [wanted], booking_id=booking_id, message_domain="example.com", overtaken=overtaken)


def fate(key: str) -> tuple[str, str]:
    db.session.rollback()
    return {row.key: (row.state, row.why) for row in queries.everything()}[key]


def test_facts_that_no_longer_want_a_mail_take_it_back_until_the_point_of_no_return() -> None:
    ask("one")
    left = []

    def handler(message: OutboxMessage, cross: Callable[[], None]) -> str:
        ask("one", skipped="the booking is cancelled")
        cross()
        left.append(message.id)
        return "too late"

    outbox.run(handler)
    assert left == []
    assert fate("one") == (OutboxState.CANCELLED, "the booking is cancelled")
    assert outbox.run(handler) == 0


def test_after_that_point_the_facts_come_too_late() -> None:
    ask("one")

    def handler(_: OutboxMessage, cross: Callable[[], None]) -> str:
        cross()
        ask("one", skipped="the booking is cancelled")
        return "gone"

    outbox.run(handler)
    assert fate("one") == (OutboxState.SENT, "")


def test_what_is_overtaken_is_taken_back_as_well_and_its_neighbours_go_out_later() -> None:
    ask("old", booking_id=1)
    ask("other", booking_id=2)
    left = []

    def handler(message: OutboxMessage, cross: Callable[[], None]) -> str:
        if message.key == "old":
            ask("new", booking_id=1, overtaken="overtaken: the booking is now cancelled")
        cross()
        left.append(message.key)
        return "gone"

    for _ in range(3):
        outbox.run(handler)
    assert sorted(left) == ["new", "other"]
    assert fate("old") == (OutboxState.CANCELLED, "overtaken: the booking is now cancelled")
    assert queries.by_id(2).attempts == 1  # type: ignore[union-attr]  # it is there: it has just gone out


def test_a_meeting_called_off_while_its_reminder_is_on_its_way_is_not_reminded_of(
    app: Flask, calcom: Engine, work: Callable[[], None], moment: Any, mails: Any
) -> None:
    (made,) = calcom.create(order(calcom))
    work()
    moment(made.start - timedelta(hours=1))
    works = app.extensions["works"]
    real = works.transport.send

    def send(email: Any, reached: Any) -> None:
        calcom.cancel(Cancel(uid=made.uid))
        works.process_inbox()
        real(email, reached)

    mails.send = send
    works.deliver_outbox()
    mails.send = real
    work()
    assert [mail.subject for mail in mails.sent if "coming up" in mail.html] == []
    reminders = [row for row in queries.everything() if row.kind.startswith("reminder")]
    assert {row.state for row in reminders} == {OutboxState.CANCELLED}
    assert [row.state for row in queries.everything() if row.kind == "cancelled"] == [OutboxState.SENT]


@contextmanager
def statements(about: str) -> Iterator[list[str]]:
    """What is asked of the database meanwhile with these words in it."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if about in statement:
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def test_the_bookings_of_a_batch_are_read_with_one_question(app: Flask, calcom: Engine, work: Callable[[], None], moment: Any, mails: Any) -> None:
    for number in range(lease.BATCH):
        calcom.create(order(calcom, booker=person(f"Guest {number}", f"guest{number}@example.org")))
    app.extensions["works"].process_inbox()
    with statements("FROM booking ") as seen:
        assert app.extensions["works"].deliver_outbox() == lease.BATCH * 2, "a confirmation and a notice each"
    assert len(seen) == 2
    assert len({mail.to for mail in mails.sent}) == lease.BATCH + 1


def test_what_was_read_longer_ago_is_read_anew(calcom: Engine, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    calcom.create(order(calcom))
    work()
    message, *_ = queries.everything()
    at_hand = writer.AtHand()
    at_hand.fetch([message])
    with statements("FROM booking ") as seen:
        held = at_hand.booking_of(message)
        assert seen == []
        monkeypatch.setattr(writer, "FRESH_SECONDS", 0.0)
        found = at_hand.booking_of(message)
        assert len(seen) == 1
    assert held is not None
    assert found is not None
    assert held.reference == found.reference


def test_bookings_read_together_follow_their_aliases(calcom: Engine, work: Callable[[], None]) -> None:
    for _ in range(2):
        calcom.create(order(calcom))
    work()
    older, younger = bookings.everything()
    numbers = older.id, younger.id
    db.session.rollback()
    with transaction():
        bookings.by_reference(younger.reference).alias_of_id = numbers[0]
    found = bookings.by_ids(numbers)
    assert {number: booking.id for number, booking in found.items()} == {numbers[0]: numbers[0], numbers[1]: numbers[0]}
    assert bookings.by_ids([]) == {}


def test_a_server_that_hangs_up_in_the_middle_costs_no_mail(database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has no server that could hang up")
    ask("one")
    other = sa.create_engine(database_url)
    left = []

    def handler(message: OutboxMessage, cross: Callable[[], None]) -> str:
        if message.attempts == 1 and not left:
            left.append("hung up")
            with other.connect() as connection:
                connection.execute(sa.text(HANG_UP))
        cross()
        left.append(message.key)
        return "gone"

    outbox.run(handler)
    assert left == ["hung up"]
    outbox.run(handler)
    other.dispose()
    assert left == ["hung up", "one"]
    assert fate("one") == (OutboxState.SENT, "")


def test_a_worker_that_claims_while_the_facts_are_being_written_does_not_win(database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time")
    ask("one")
    other = sa.create_engine(database_url)
    claimed = []

    def claim(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("UPDATE outbox_message") and not claimed:
            claimed.append(statement)
            with other.begin() as connection:
                connection.execute(sa.text("UPDATE outbox_message SET state = 'sending', lease_token = 'theirs', lease_until = now() + interval '1 hour'"))

    sa.event.listen(db.engine, "before_cursor_execute", claim)
    ask("one", skipped="the booking is cancelled")
    sa.event.remove(db.engine, "before_cursor_execute", claim)
    other.dispose()
    assert claimed
    assert fate("one") == (OutboxState.CANCELLED, "the booking is cancelled")
    assert queries.by_id(1).lease_token == ""  # type: ignore[union-attr]  # it is there: it has just been looked at
