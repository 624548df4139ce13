"""People are found by the beginning of any word of any of their names, page by page, on both databases."""

import pytest
from sqlalchemy import event

from app import clock
from app.accounts.customers import with_email
from app.bookings import people
from app.bookings.models import Booking
from app.bookings.people import PersonTerm, keep
from app.db import db, transaction
from tests.factories.orders import order, person


@pytest.fixture
def known(app):
    """`known("Ada Attendee", "ada@example.org")`: somebody who has booked under this name; the number of the person."""
    numbers = iter(range(1000, 9999))

    def make(name, email):
        with transaction() as session:
            number = with_email(session, email=email, name=name, time_zone="", locale="")
            now = clock.now()
            booking = Booking(
                reference=f"R{next(numbers)}", status="confirmed", start=now, end=now, booker_name=name, booker_email=email,
                customer_id=number, created_at=now, updated_at=now,
            )  # fmt: skip
            session.add(booking)
            session.flush()
            keep(session, booking)
            return number

    return make


def names(text="", **marks):
    return [each.name for each in people.page(text, **marks).people]


def test_somebody_who_books_is_found_by_name_and_address(calcom):
    calcom.create(order(calcom, booker=person("Zoë Ünal-Meyer", "zoe.unal@mail.example.org")))
    for text in ("zoe", "ZOË", "meyer", "ünal zoë", "zoe.unal@mail", "unal", "example.org", "mail.example", "zoe uña"):
        assert names(text) == ["Zoë Ünal-Meyer"], text
    for text in ("oe", "zoe ada", "xample", "@", "%"):
        assert names(text) == [], text


def test_every_name_somebody_booked_under_counts_and_each_person_shows_once(known):
    ada = known("Ada Attendee", "ada@example.org")
    assert known("Augusta King", "ADA@example.org") == ada
    assert [each.id for each in people.page("king").people] == [ada]
    assert [each.id for each in people.page("a").people] == [ada], "ada, attendee and augusta all begin so"
    (found,) = people.page("ada").people
    assert (found.bookings, found.last is not None, found.next) == (2, True, None)


def test_pages_lead_on_and_back_without_a_gap(known):
    for place in range(7):
        known(f"Ann{place} Example", f"ann{place}@example.org")
    for text in ("", "ann", "example ann"):
        seen, page = [], people.page(text, size=3)
        assert page.before is None
        while True:
            seen += [each.name for each in page.people]
            if page.after is None:
                break
            page = people.page(text, after=page.after, size=3)
        assert len(seen) == len(set(seen)) == 7
        back = []
        while page.before is not None:
            page = people.page(text, before=page.before, size=3)
            back = [each.name for each in page.people] + back
        assert back == seen[:6]
    assert names()[0] == "Ann6 Example", "without a search the newest stand first"
    assert people.count() == 7
    assert people.count(up_to=3) == 3
    assert names(after=("", 0)) == []


def test_a_phone_alone_is_a_person_and_nobody_without_anything(known, app):
    known("", "447700900123@sms.cal.com")
    assert len(people.page("4477").people) == 1
    with transaction() as session:
        keep(session, Booking(customer_id=None, booker_name="Nobody"))
    assert names("nobody") == []


def test_no_list_of_people_reads_or_sorts_everything(known):
    for place in range(300):
        known(f"Ann{place} Example{place % 7}", f"ann{place}@example.org")
    db.session.connection().exec_driver_sql("ANALYZE")
    asked = []

    def note(_, __, statement, parameters, *___):
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        people.page("ann exam", after=("ann150", 150), size=20)
        people.page(after=("", 200), size=20)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    plans = [str(db.session.connection().exec_driver_sql(explain + statement, parameters).all()) for statement, parameters in asked if "FROM" in statement]
    assert len(plans) >= 4
    if db.engine.dialect.name == "sqlite":  # a planner that takes no notice of how few rows there are
        for plan in plans:
            assert "SCAN person_term" not in plan
            assert "SCAN booking" not in plan
            assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
    assert db.session.query(PersonTerm).count() > 300
