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
SPANS = [
    f"/admin/calendar/{layout}?{query}" for layout in ("week", "month", "day/2024-03-05")
    for query in ("", "day=2024-03-05", "host=host3@example.com", "status=cancelled", "status=completed&type=type1", "q=anna", "payment=paid&q=ber")
]  # fmt: skip
FIGURES = [f"/admin/reports?span={span}{more}" for span in (4, 12, "ahead") for more in ("", "&host=host3@example.com", "&type=type1")]
OF_SOME_PEOPLE_OR_SPAN = {"admin.reports", "admin.person", "admin.people"}
"""Pages that count and order what belongs to one person, to those of one page or to some weeks, however many there are of others."""
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


def faults(statement, plan, *, may_sort=False):
    """The steps of a plan that grow with the tables: whole tables read, and anything put in order."""
    tables = set(re.findall(r'(?:FROM|JOIN) "?(\w+)"?', statement)) & LARGE
    for step in plan:
        scanned = re.search(r"\bSCAN (\w+)(?! USING (COVERING )?INDEX)|Seq Scan on (\w+)", step)
        name = scanned and (scanned[1] or scanned[3])
        # An alias stands for a table of the statement; the queue of a recursive question is none.
        if name and (name in LARGE or re.search(rf'\b(?:{"|".join(LARGE)}) AS "?{name}\b', statement)):
            yield step
        if "ix_booking_alias_of_id" in step and "alias_of_id IS NULL" in statement:
            yield f"nearly all bookings: {step}"
        if tables and not may_sort and ("TEMP B-TREE" in step or re.search(r"\bSort\b(?! Key)|HashAggregate", step)):
            yield step


def addresses(app, reference, address, which):
    """Every admin page that can be shown and is meant, from the map of addresses itself."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin") or "GET" not in rule.methods or not which(rule.endpoint):
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


def somewhere():
    """A booking of the host that signs in, and the address of its guest."""
    return db.session.execute(sa.text("SELECT reference, booker_email FROM booking WHERE host_email = 'host2@example.com' LIMIT 1")).one()


def asked(browsers, urls):
    """What the database is asked for these pages, and by a question that has to be found."""
    with Notebook(db.engine) as notebook:
        for role, browser in browsers.items():
            for url in urls[role]:
                assert browser.get(url).status_code < 500, url
        db.session.execute(sa.text("SELECT id FROM booking WHERE title || '' = 'x' ORDER BY title")).all()
    return notebook


def too_much(notebook, **how):
    """The statements that read or sort too much, with their plans; the one that was asked for that is among them."""
    found = {statement: (bad, plan) for statement, plan in notebook.plans() if (bad := list(faults(statement, plan, **how)))}
    seen = [len(found.pop(statement)[0]) for statement in list(found) if "title || ''" in statement]
    assert seen == [1 if how.get("may_sort") else 2], "a scan and a sort that are there have to be seen"
    return "\n\n".join(f"{statement}\n  " + "\n  ".join(plan) for statement, (_, plan) in found.items())


@pytest.fixture
def browsers(full, sign_in):
    return {role: sign_in(role=role, email=f"{name}@example.com") for role, name in ((Role.OWNER, "owner"), (Role.HOST, "host2"))}


def test_no_page_reads_or_sorts_a_table_that_grows(full, browsers):
    pages = list(addresses(full, *somewhere(), lambda endpoint: endpoint not in OF_SOME_PEOPLE_OR_SPAN))
    lists = list(every_list(dict(bookmarks())))
    notebook = asked(browsers, {Role.OWNER: [*pages, *SPANS, *lists], Role.HOST: [*pages, *SPANS[::3], *lists[::9]]})
    said = too_much(notebook)
    assert not said, f"of {len(notebook.said)} statements these read or sort too much:\n{said}"
    assert len(notebook.said) > 120


def test_no_figures_and_no_page_of_people_read_a_table_that_grows(full, browsers):
    pages = [*addresses(full, *somewhere(), OF_SOME_PEOPLE_OR_SPAN.__contains__), *FIGURES]
    notebook = asked(browsers, {Role.OWNER: [*pages, "/admin/people/1", "/admin/people/7", "/admin/people?after=zz"], Role.HOST: pages})
    said = too_much(notebook, may_sort=True)
    assert not said, f"of {len(notebook.said)} statements these read too much:\n{said}"
