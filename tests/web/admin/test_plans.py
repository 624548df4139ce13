"""No admin page reads a whole table or sorts one: the database itself says how it would answer, over many rows.

Every statement of every page is explained with the very values it was asked with. Tables that stay small however many
bookings come (staff, hosts, alarms …) may be read whole: no database would use an index there.
"""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.bookings.finding import bookmark
from app.bookings.question import Order
from app.db import db
from bench.bookings import fill

ROWS = 8_000
LARGE = {
    "booking", "booking_term", "booking_address", "booking_fact", "booking_change", "customer", "inbox_message", "outbox_message",
}  # fmt: skip
"""Tables that grow with the bookings."""
LISTS = [
    "", "view=upcoming", "view=past", "view=all", "status=confirmed", "status=completed&view=all", "status=cancelled", "status=pending", "status=rejected",
    "host=host3@example.com", "type=type1", "payment=paid", "payment=due", "source=campaign:newsletter", "source=elsewhere",
    "status=cancelled&type=type1", "status=cancelled&type=type2&host=host1@example.com&payment=paid&source=elsewhere",
    "from=2024-03-01&to=2024-03-31", "from=2024-03-01&to=2024-03-31&status=cancelled&q=anna", "q=anna", "q=a", "q=gmail.com", "q=nobodyatall", "q=anna+ber",
    "q=talk+type1", "q=talk+a&status=confirmed&view=all", "q=anna&type=type1", "q=%2B", "status=confirmed&view=past",
]  # fmt: skip
SORTS = ["start", "-start", "guest", "-guest", "type", "-host", "booked", "-booked"]
OTHERWISE = {
    "admin.calendar_csv", "admin.calendar_xlsx", "admin.reports", "admin.week", "admin.month", "admin.day", "admin.people", "admin.person", "admin.delivery",
}  # fmt: skip
"""Pages that are not held to this here: those that read and order a whole span of time, one person or one delivery."""
VALUES = {"number": "5", "kind": "confirmation", "token": "none", "act": "cancel", "reference": "{reference}", "address": "{address}", "email": "{address}"}
"""What stands for the variable parts of an address; for others something that is not there."""


@pytest.fixture
def full(app):
    """The app over many bookings."""
    db.session.rollback()
    fill(db.engine, ROWS, now=datetime.now(UTC))
    return app


class Notebook:
    """Every SELECT that the pages ask, once, with the values of its first asking."""

    def __init__(self, engine):
        self.engine = engine
        self.said = {}

    def __enter__(self):
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        sa.event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, parameters, _context, many):
        if not many and re.match(r"\s*(SELECT|WITH)\b", statement):
            # The number of values in a list is not what makes another question.
            shape = re.sub(r"(\?|%\(\w+\)s(::\w+)?)(, (\?|%\(\w+\)s(::\w+)?))+", "…", statement)
            self.said.setdefault(shape, (statement, parameters))

    def plans(self):
        """Each statement with what the database would do for it."""
        quick = self.engine.dialect.name == "sqlite"
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            for statement, parameters in self.said.values():
                cursor.execute(("EXPLAIN QUERY PLAN " if quick else "EXPLAIN (COSTS OFF) ") + statement, parameters)
                yield statement, [str(row[3] if quick else row[0]) for row in cursor.fetchall()]
        finally:
            connection.close()


def faults(statement, plan):
    """The steps of a plan that grow with the tables: whole tables read, and anything put in order."""
    tables = set(re.findall(r'(?:FROM|JOIN) "?(\w+)"?', statement)) & LARGE
    for step in plan:
        scanned = re.search(r"\bSCAN (\w+)(?! USING (COVERING )?INDEX)|Seq Scan on (\w+)", step)
        name = scanned and (scanned[1] or scanned[3])
        # An alias stands for a table of the statement; the queue of a recursive question is none.
        if name and (name in LARGE or re.search(rf'\b(?:{"|".join(LARGE)}) AS "?{name}\b', statement)):
            yield step
        if tables and ("TEMP B-TREE" in step or re.search(r"\bSort\b(?! Key)|HashAggregate", step)):
            yield step


def addresses(app, reference, address):
    """Every admin page that can be shown, from the map of addresses itself."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin") or "GET" not in rule.methods or rule.endpoint in OTHERWISE:
            continue
        known = {name: VALUES.get(name, "none").format(reference=reference, address=address) for name in rule.arguments}
        yield re.sub(r"<(?:[^:<>]+(?:\([^)]*\))?:)?(\w+)>", lambda found, known=known: known[found[1]], rule.rule)


def bookmarks():
    """Places in the middle of the list, for each order."""
    middle = db.session.execute(sa.text("SELECT start, booking_id FROM booking_term WHERE booking_id = :number AND term = 'a:'"), {"number": ROWS // 2}).one()
    for sort in SORTS:
        order = Order(sort.removeprefix("-"))
        begins = {Order.GUEST: ("g:m",), Order.EVENT_TYPE: ("t:type1",), Order.HOST: ("h:host3@example.com",), Order.BOOKED: ("b:2024-03-01",)}
        key = (*begins.get(order, ()), *middle)
        yield sort, bookmark(key, order)


def every_list(marks):
    """The list of bookings under each filter, from three places; and in each order."""
    for query in LISTS:
        yield from (f"/admin/calendar?{query}", f"/admin/calendar?{query}&after={marks['-start']}", f"/admin/calendar?{query}&before={marks['-start']}")
    for sort, mark in marks.items():
        yield from (f"/admin/calendar?view=all&sort={sort}&{query}&{way}={mark}" for query in LISTS[::5] for way in ("after", "before", "x"))


def test_no_page_reads_or_sorts_a_table_that_grows(full, sign_in):
    reference, address = db.session.execute(sa.text("SELECT reference, booker_email FROM booking WHERE host_email = 'host2@example.com' LIMIT 1")).one()
    marks = dict(bookmarks())
    urls = {
        Role.OWNER: [*addresses(full, reference, address), *every_list(marks)],
        Role.HOST: [*addresses(full, reference, address), *list(every_list(marks))[::9]],
    }
    browsers = {role: sign_in(role=role, email=f"{name}@example.com") for role, name in ((Role.OWNER, "owner"), (Role.HOST, "host2"))}
    with Notebook(db.engine) as notebook:
        for role, browser in browsers.items():
            for url in urls[role]:
                assert browser.get(url).status_code < 500, url
        db.session.execute(sa.text("SELECT id FROM booking WHERE title || '' = 'x' ORDER BY title")).all()
    found = {statement: (bad, plan) for statement, plan in notebook.plans() if (bad := list(faults(statement, plan)))}
    seen = [len(bad) for statement, (bad, _) in found.items() if "title || ''" in statement]
    assert seen == [2], "a scan and a sort that are there have to be seen"
    said = "\n\n".join(f"{statement}\n  " + "\n  ".join(plan) for statement, (_, plan) in found.items() if "title || ''" not in statement)
    assert not said, f"of {len(notebook.said)} statements these read or sort too much:\n{said}"
    assert len(notebook.said) > 80
