"""The database's counts against a plain count in Python, on both databases, over weeks in which clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.bookings.models import Booking
from app.bookings.terms import origins
from app.db import db, transaction
from app.reports.figures import LEADS, Span, Tally, Which, figures
from tests.reports.conftest import NOON, scattered

CHANGES = [
    ("Europe/London", date(2026, 3, 16), 3),
    ("Europe/London", date(2026, 10, 12), 4),
    ("America/Havana", date(2026, 10, 19), 4),
    ("Pacific/Chatham", date(2026, 9, 14), 4),
    ("UTC", date(2026, 12, 7), 1),
]


def tally(rows):
    found = Tally()
    for row in rows:
        over = row["end"] <= NOON
        if row["status"] in {"cancelled", "rejected"}:
            found.gone += 1
        elif row["status"] != "confirmed":
            found.waiting += 1
        elif over:
            found.held += 1
            found.absent += row["attendees"][0]["state"] == "no_show"
        else:
            found.coming += 1
    return found


def grouped(rows, name):
    groups = {}
    for row in rows:
        groups.setdefault(name(row), []).append(row)
    return {key: tally(group) for key, group in groups.items()}


def lead_of(row):
    ahead = int(row["start"].timestamp()) - int(row["booked_at"].timestamp())
    return -1 if ahead <= 0 else next((number for number, (below, _) in enumerate(LEADS) if below and ahead < below), len(LEADS) - 1)


@pytest.mark.parametrize(("zone", "monday", "weeks"), CHANGES, ids=str)
def test_every_number_is_that_of_a_plain_count(stored, zone, monday, weeks):
    there = ZoneInfo(zone)
    middle = datetime.combine(monday + timedelta(days=7 * weeks // 2), time(), there).astimezone(UTC)
    made = stored(*scattered(f"{zone} {monday}", 600, around=middle, days=weeks * 4 + 3), listed=False)
    week_of = {row["reference"]: (row["start"].astimezone(there).date() - monday).days // 7 for row in made}
    inside = [row for row in made if 0 <= week_of[row["reference"]] < weeks]
    assert inside
    assert len(inside) < len(made)

    found = figures(Span(monday, weeks, zone))

    assert found.weeks == [tally(row for row in inside if week_of[row["reference"]] == number) for number in range(weeks)]
    assert found.total == tally(inside)
    assert found.by_type == grouped(inside, lambda row: row["event_type"])
    assert found.by_host == grouped(inside, lambda row: row["host_email"].lower())
    assert found.by_origin == grouped(inside, lambda row: origins(row["source"])[0])
    leads = Counter(lead_of(row) for row in inside)
    assert (found.leads, found.no_lead) == ([leads[number] for number in range(len(LEADS))], leads[-1])
    assert list(found.by_type) == sorted(found.by_type, key=lambda name: (-found.by_type[name].all, name))

    kim = [row for row in inside if row["host_email"] == "kim@example.com" and row["event_type"] == "check"]
    assert figures(Span(monday, weeks, zone), Which(host="Kim@example.com", event_type="check")).total == tally(kim)


def test_the_weeks_in_which_the_clocks_change_are_an_hour_shorter_and_longer():
    spring, autumn = Span(date(2026, 3, 23), 2, "Europe/London").edges, Span(date(2026, 10, 19), 2, "Europe/London").edges
    assert [later - earlier for earlier, later in pairwise(spring)] == [timedelta(hours=167), timedelta(hours=168)]
    assert [later - earlier for earlier, later in pairwise(autumn)] == [timedelta(hours=169), timedelta(hours=168)]


def test_an_alias_counts_for_nothing(stored):
    stored({}, {}, listed=False)
    with transaction() as session:
        session.execute(
            sa.update(Booking)
            .where(Booking.reference == "R1001")
            .values(alias_of_id=sa.select(Booking.id).where(Booking.reference == "R1000").scalar_subquery())
        )
    assert figures(Span(date(2026, 12, 7), 1, "UTC")).total.all == 1


def test_nothing_is_counted_row_by_row(app, stored):
    """Every question goes along an index that holds what it asks for, also when SQLite knows nothing of how the values lie."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL decides by how much there is; with few rows it reads them all")
    stored(*scattered("plans", 50, around=NOON, days=20), listed=False)
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if "booking" in statement:
            asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    figures(Span(date(2026, 11, 30), 2, "Europe/London"))
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 4
    with db.engine.connect() as connection:
        for statement, parameters in asked:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            wanted = "ix_booking_no_show_start" if "replace(" in statement else "COVERING INDEX ix_booking_figures"
            assert any(wanted in step for step in plan), plan
