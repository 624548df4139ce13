"""Lists of deliveries and mails: what they find, in which order, and that no question reads a whole table."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.db import db
from app.inbox import queries as deliveries
from app.inbox.models import InboxMessage, InboxState
from app.outbox import queries as mails
from app.outbox.models import OutboxMessage, OutboxState

START = datetime(2026, 1, 1, tzinfo=UTC)
TRIGGERS = ["BOOKING_CREATED", "BOOKING_CANCELLED", "PING", None]
KINDS = ["confirmation", "reminder_24h", "admin_confirmation"]


def fill(count):
    """Every state, trigger and subscription at least once; most are processed, few failed."""
    moments = [START + timedelta(minutes=number // 3) for number in range(count)]
    inbox = [
        {
            "digest": f"{number:064x}", "received_at": moments[number], "due_at": moments[number], "subscription": "team" if number % 50 == 7 else "",
            "secret": "main[0]", "body": b'{"number": %d, "who": "Zo\xc3\xab"}' % number, "headers": {}, "repeats": 0, "attempts": 1,
            "state": list(InboxState)[number % 5] if number % 100 < 5 else "processed", "trigger": TRIGGERS[number % 4 if number % 40 < 4 else 0],
            "booking_id": number % 300 or None,
        }
        for number in range(count)
    ]  # fmt: skip
    outbox = [
        {
            "key": str(number), "kind": KINDS[number % 3], "recipient": f"guest{number % 90}@example.org", "booking_id": number % 300 or None, "data": {},
            "state": list(OutboxState)[number % 7] if number % 100 < 7 else "sent", "why": "", "due_at": moments[number], "attempts": 1, "crashes": 0,
            "unsure": 0, "lease_token": "", "message_id": f"<{number}@localhost>", "subject": "", "created_at": moments[number],
        }
        for number in range(count)
    ]  # fmt: skip
    with db.engine.begin() as connection:
        connection.execute(sa.insert(InboxMessage), inbox)
        connection.execute(sa.insert(OutboxMessage), outbox)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


QUESTIONS = [
    deliveries.Filters(state=state, trigger=trigger, subscription=through, since=since)
    for state, trigger, through, since in itertools.product(
        ("", "dead", "processed"), ("", "BOOKING_CREATED", "PING"), (None, "", "team"), (None, START + timedelta(minutes=10))
    )
]
ASKED = [mails.Filters(state=state, kind=kind) for state, kind in itertools.product(("", "dead", "sent"), ("", "confirmation"))]
ASKED += [mails.Filters(recipient="guest5@example.org"), mails.Filters(recipient="guest5@example.org", state="dead")]


def meant(rows, filters):
    wanted = {"state": filters.state or None, "trigger": filters.trigger or None, "subscription": filters.subscription}
    found = [row for row in rows if all(value is None or getattr(row, name) == value for name, value in wanted.items())]
    found = [row for row in found if not filters.since or row.received_at >= filters.since]
    return [row.id for row in sorted(found, key=lambda row: (row.received_at, row.id), reverse=True)]


def all_pages(read):
    """Every number, by turning pages forwards; and that turning back shows the same."""
    seen, older, pages = [], 0, []
    while True:
        page = read(older_than=older)
        rows = [row.id for row in (page.deliveries if hasattr(page, "deliveries") else page.mails)]
        pages.append(rows)
        seen += rows
        if not page.older:
            break
        older = page.older
    for before, after in itertools.pairwise(pages):
        back = read(newer_than=after[0])
        assert [row.id for row in (back.deliveries if hasattr(back, "deliveries") else back.mails)] == before
    return seen


def test_every_filter_finds_what_it_means_page_by_page(app):
    fill(400)
    rows = list(deliveries.everything())
    for filters in QUESTIONS:
        assert all_pages(lambda **place: deliveries.page(filters, size=37, **place)) == meant(rows, filters)  # noqa: B023 -- called before the next round
        assert deliveries.count(filters) == len(meant(rows, filters))
    letters = list(mails.everything())
    for asked in ASKED:
        wanted = [
            row.id
            for row in letters[::-1]
            if all(not value or getattr(row, name) == value for name, value in vars(asked).items() if name in {"state", "kind", "recipient"})
        ]
        assert all_pages(lambda **place: mails.page(asked, size=37, **place)) == wanted  # noqa: B023 -- called before the next round


def test_deliveries_of_one_moment_have_an_order_and_a_clock_that_was_set_back_breaks_nothing(app):
    fill(30)
    with db.engine.begin() as connection:
        connection.execute(sa.update(InboxMessage).where(InboxMessage.id > 20).values(received_at=START - timedelta(hours=1)))
    db.session.rollback()
    rows = list(deliveries.everything())
    assert all_pages(lambda **place: deliveries.page(size=4, **place)) == meant(rows, deliveries.EVERYTHING)


def test_words_of_bodies_digests_and_bookings_are_found(app):
    fill(40)
    assert deliveries.with_text('"NUMBER": 17') == (18,)
    assert len(deliveries.with_text("zoë")) == 40
    assert deliveries.with_text("nowhere") == ()
    assert deliveries.with_digest(f"{17:064x}") == (18,)
    assert len(deliveries.with_digest("0" * 60)) == 40
    assert deliveries.about([17]) == (18,)
    assert deliveries.triggers() == ["BOOKING_CANCELLED", "BOOKING_CREATED", "PING"]
    assert deliveries.subscriptions() == ["", "team"]
    assert mails.kinds() == ["admin_confirmation", "confirmation", "reminder_24h"]


def test_only_the_newest_bodies_are_looked_through(app, monkeypatch):
    fill(40)
    monkeypatch.setattr(deliveries, "LOOKED_THROUGH", 10)
    assert deliveries.with_text('"number": 35') == (36,)
    assert deliveries.with_text('"number": 5,') == ()


def test_no_list_reads_a_whole_table_or_sorts_it(app):
    fill(6000)
    said = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        said.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        for filters in QUESTIONS:
            for place in ({}, {"older_than": 3000}, {"newer_than": 3000}):
                deliveries.page(filters, **place)
            deliveries.count(filters)
            deliveries.following(filters, after=3000, limit=16)
        for asked in ASKED:
            for place in ({}, {"older_than": 3000}, {"newer_than": 3000}):
                mails.page(asked, **place)
            mails.count(asked)
            mails.following(asked, after=3000, limit=16)
        for read in (deliveries.triggers, deliveries.subscriptions, mails.kinds, deliveries.stuck, mails.stuck, deliveries.oldest_waiting_seconds):
            read()
        deliveries.with_text("x")
        deliveries.with_digest("0" * 12)
        deliveries.about([5, 6])
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    quick = db.engine.dialect.name == "sqlite"
    db.session.rollback()
    with db.engine.connect() as connection:
        for way in () if quick else ("seqscan", "sort", "bitmapscan"):
            connection.exec_driver_sql(f"SET enable_{way} = off")  # few rows: what counts is that an index in the order is there
        for statement, parameters in said:
            plan = connection.exec_driver_sql(("EXPLAIN QUERY PLAN " if quick else "EXPLAIN ") + statement, parameters)
            steps = [str(row[3] if quick else row[0]) for row in plan]
            bad = [
                step for step in steps if re.search(r"SCAN (in|out)box_message$|Seq Scan on (in|out)box_message|USE TEMP B-TREE FOR ORDER BY|\bSort  \(", step)
            ]
            assert not bad, f"{statement}\n{parameters}\n" + "\n".join(steps)
