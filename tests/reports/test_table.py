import tracemalloc
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.bookings.question import Filters
from app.db import db, transaction
from app.hosts.models import EventType, Host
from app.reports.table import Question, heading, known_questions, rows
from tests.reports.conftest import NOON, scattered

LONDON = {"zone": "Europe/London", "questions": []}


@pytest.fixture
def forms(app):
    """`forms(slug, *fields)`: an event type with these questions."""
    numbers = iter(range(1, 99))

    def make(slug, *fields, removed_at=None):
        with transaction() as session:
            number = next(numbers)
            host = Host(kind="person", calcom_id=number, username=f"h{number}", last_synced_at=clock.now())
            session.add(host)
            session.flush()
            fields = [{"slug": key, "label": label, "hidden": hidden} for key, label, hidden in fields]
            session.add(
                EventType(
                    calcom_id=number,
                    host_id=host.id,
                    slug=slug,
                    minutes=30,
                    booking_fields=fields,
                    position=number,
                    last_synced_at=clock.now(),
                    removed_at=removed_at,
                )
            )

    return make


def table(filters=None, **options):
    names = heading(options.get("questions", []))
    return [dict(zip(names, row, strict=True)) for row in rows(filters or Filters(), **(LONDON | options))]


def test_a_row_says_what_is_known_of_a_booking_and_no_uid(stored):
    stored({
        "location": "https://app.cal.com/video/uid1000", "meeting_url": "https://app.cal.com/video/uid1000", "payment": "paid", "moved": 2, "reason": "=why",
        "attendees": [{"name": "Ines", "email": "ines@example.org", "state": "no_show"}, {"name": "", "email": "guest@example.org", "state": "attending"}],
    })  # fmt: skip
    (row,) = table()
    assert row["Number"] == "R1000"
    assert (row["Status"], row["Payment"], row["Moved"], row["Reason"]) == ("confirmed", "paid", 2, "=why")
    assert (row["Guests"], row["Did not come"], row["Place"]) == ("guest@example.org", "Ines <ines@example.org>", "Online")
    assert "uid1000" not in str(row)


@pytest.mark.parametrize(
    ("utc", "local"),
    [("2026-10-25T00:30:00", "2026-10-25 01:30"), ("2026-10-25T01:30:00", "2026-10-25 01:30"), ("2026-03-29T01:00:00", "2026-03-29 02:00")],
)
def test_an_hour_that_comes_twice_is_told_apart_by_its_utc(stored, utc, local):
    stored({"start": datetime.fromisoformat(f"{utc}+00:00")})
    (row,) = table()
    assert (f"{row['Start']:%Y-%m-%d %H:%M}", row["Start (UTC)"], row["Time zone"]) == (local, f"{utc}Z", "Europe/London")


def test_rows_come_by_start_and_only_those_that_the_filters_let_through(stored):
    stored({"start": NOON + timedelta(days=3)}, {"start": NOON - timedelta(days=3)}, {"host_email": "Kim@example.com"}, {"status": "pending"})
    assert [row["Number"] for row in table()] == ["R1001", "R1002", "R1003", "R1000"]
    assert [row["Number"] for row in table(Filters(host="kim@example.com"))] == ["R1002"]
    assert [row["Number"] for row in table(Filters(status="completed"))] == ["R1001"]
    assert [row["Status"] for row in table(Filters(until=NOON))] == ["completed"]
    assert [row["Number"] for row in table(Filters(text="ines", since=NOON, status="pending"))] == ["R1003"]


def test_each_question_of_a_form_has_a_column_and_the_rest_share_one(stored, forms):
    forms("intro", ("company", "Company", False), ("name", "Name", False), ("secret", "Secret", True))
    forms("paid", ("company", "Company", False), ("firm", "Company", False), ("start", "Start", False))
    forms("gone", ("old", "Old question", False), removed_at=NOON)
    stored({"answers": {
        "company": {"label": "Company", "value": "ACME"}, "terms": {"label": "Terms", "value": True}, "days": {"label": "Days", "value": ["Mon", "Tue"]},
        "place": {"label": "Place", "value": {"value": "phone", "optionValue": ""}}, "email": {"label": "E-mail", "value": "ines@example.org"},
        "hidden": {"label": "Hidden", "value": "x", "hidden": True}, "none": {"label": "None", "value": None},
    }})  # fmt: skip
    questions = known_questions()
    assert questions == [Question("company", "Company (company)"), Question("firm", "Company (firm)"), Question("start", "Start (start)")]
    assert known_questions(event_type="intro") == [Question("company", "Company")]
    (row,) = table(questions=questions)
    assert (row["Company (company)"], row["Company (firm)"]) == ("ACME", "")
    assert row["Other answers"] == "Terms: Yes\nDays: Mon, Tue\nPlace: value: phone"


def test_whoever_leaves_in_the_middle_leaves_no_question_open(stored):
    stored(*scattered("left", 40, around=NOON, days=9))
    found = rows(Filters(), **LONDON)
    next(found)
    assert db.engine.pool.checkedout() == 1
    found.close()
    assert db.engine.pool.checkedout() == 0


def test_all_rows_are_of_one_moment(stored):
    """What is booked while the file is written is in the next one."""
    stored(*({"start": NOON + timedelta(hours=number)} for number in range(600)), listed=False)
    found = rows(Filters(), **LONDON)
    next(found)
    stored({"start": NOON + timedelta(days=90)}, listed=False)
    assert len(list(found)) == 599


def test_memory_does_not_grow_with_the_rows(stored):
    def peak():
        tracemalloc.start()
        count = sum(1 for _ in rows(Filters(), **LONDON))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return count, found

    stored(*scattered("few", 1500, around=NOON, days=99), listed=False)
    _, few = peak()
    stored(*scattered("many", 7500, around=NOON, days=99), listed=False)
    count, many = peak()
    assert count == 9000
    assert many < few * 1.5


def test_nothing_is_sorted_before_the_first_row_comes(app, stored):
    """Also when SQLite knows nothing of how the values lie, whatever the filters are."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL decides by how much there is")
    stored(*scattered("plans", 20, around=NOON, days=9), listed=False)
    for filters in (Filters(), Filters(host="kim@example.com"), Filters(status="completed"), Filters(since=NOON, text="ines")):
        asked = []

        def note(_connection, _cursor, statement, parameters, _context, _many, asked=asked):
            asked.append((statement, parameters))

        sa.event.listen(db.engine, "before_cursor_execute", note)
        list(rows(filters, **LONDON))
        sa.event.remove(db.engine, "before_cursor_execute", note)
        (statement, parameters) = next(one for one in asked if one[0].startswith("SELECT"))
        with db.engine.connect() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert "ix_booking_start_id" in plan[0], plan
        assert not [step for step in plan if "TEMP B-TREE" in step], plan
