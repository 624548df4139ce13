import re

import pytest

from app.accounts import opt_outs
from app.accounts.models import Customer, Role, StaffAct
from app.bookings import people
from app.bookings.models import Booking
from app.db import db, transaction
from tests.conftest import refresh, token_in
from tests.factories.orders import order, person


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def database_url(request):
    """Pages on SQLite; the long form takes PostgreSQL too. What stands beneath them is tried on both each time."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def known(calcom, mails, work):
    """`known()`: somebody who has booked and got a confirmation; their number."""

    def make(name="Ada Attendee", email="ada@example.org", **values):
        calcom.create(order(calcom, booker=person(name, email, **values)))
        work()
        return db.session.query(Customer.id).filter_by(email=email).scalar()

    return make


@pytest.fixture
def desk(sign_in):
    return sign_in()


def find(browser, text):
    answer = browser.post("/admin/people", data={"csrf_token": token_in(browser.get("/admin/people").text), "text": text})
    assert answer.status_code == 302
    return answer.location


def test_whom_one_looks_for_stands_in_no_address(known, desk):
    known()
    known("Bo Booker", "bo@example.org")
    address = find(desk, "ada@example.org")
    assert address.startswith("/admin/people?find=gAAAA")
    page = desk.get(address).text
    assert "Ada Attendee" in page
    assert "Bo Booker" not in page
    assert 'value="ada@example.org"' in page
    assert desk.get(address).status_code == 200, "going back and loading again work"
    assert find(desk, "  ") == "/admin/people"


def test_pages_of_a_search_keep_it_to_themselves(known, desk, monkeypatch):
    monkeypatch.setattr("app.bookings.people.page", lambda *given, **marks: PAGE(*given, **({"size": 1} | marks)))
    known("Ann One", "ann.one@example.org")
    known("Ann Two", "ann.two@example.org")
    page = desk.get(find(desk, "ann")).text
    (onward,) = re.findall(r'href="(/admin/people\?find=[^"]+)" rel="next"', page)
    assert "ann" not in onward
    second = desk.get(onward).text
    shown = [name for name in ("Ann One", "Ann Two") if name in second]
    assert len(shown) == 1
    assert shown[0] not in page
    assert 'rel="prev"' in second


PAGE = people.page


def test_nothing_found_teaches_and_a_broken_address_says_so(known, desk):
    assert "Nobody has booked yet" in desk.get("/admin/people").text
    known()
    assert "Words are found by their beginning" in desk.get(find(desk, "zzz")).text
    for broken in ("gAAAAABbroken", "ä", "x"):
        assert "counts no more" in desk.get("/admin/people", query_string={"find": broken}).text


def test_a_persons_page_has_bookings_mails_and_figures(known, desk, mailed):
    number = known(time_zone="Asia/Tokyo", locale="de")
    with transaction() as session:
        booking = session.query(Booking).one()
        reference = booking.reference
        booking.attendees = [booking.attendees[0] | {"state": "no_show"}]
    page = desk.get(f"/admin/people/{number}").text
    for words in ("Ada Attendee", "ada@example.org", reference, "Confirmation", "Tokyo", "once", "Reminder, 24h before"):
        assert words in page, words
    assert "owner@example.com" not in page.split("<main")[1], "notices to the owner are none of theirs"
    assert f'href="/admin/people/{number}"' in desk.get(f"/admin/calendar/{reference}").text
    assert desk.get("/admin/people/77").status_code == 404


def test_a_persons_bookings_come_in_pages(known, desk, app):
    number = known()
    for _ in range(26):
        known()
    page = desk.get(f"/admin/people/{number}").text
    (onward,) = re.findall(r'href="([^"]+earlier=[^"]+)"', page)
    second = desk.get(onward).text
    first_ones, last_ones = (set(re.findall(r'data-key="(b\d+)"', each)) for each in (page, second))
    assert (len(first_ones), len(last_ones), first_ones & last_ones) == (25, 2, set())
    (back,) = re.findall(r'href="([^"]+later=[^"]+)"', second)
    assert set(re.findall(r'data-key="(b\d+)"', desk.get(back).text)) == first_ones
    for broken in ("x", "20261301T000000.000000_1", "20261201T000000.000000_9999999999"):
        assert desk.get(f"/admin/people/{number}?earlier={broken}").status_code == 200


def test_staff_takes_somebody_out_of_a_sequence_and_back(known, desk):
    number = known()
    token = token_in(desk.get(f"/admin/people/{number}").text)
    path = f"/admin/people/{number}/mails"
    answer = desk.post(path, data={"csrf_token": token, "sequence": "follow_up", "leave": "yes"})
    page = desk.get(answer.location).text
    assert "gets no mails after a meeting" in page
    assert "taken by staff" in page
    assert opt_outs.has_left(db.session(), email="ada@example.org", sequence="follow_up")
    desk.post(path, data={"csrf_token": token, "sequence": "follow_up", "leave": "no"})
    refresh()
    assert not opt_outs.has_left(db.session(), email="ada@example.org", sequence="follow_up")
    assert [(line.act, line.subject, line.detail) for line in db.session.query(StaffAct).filter(StaffAct.act.startswith("person."))] == [
        ("person.opt-out", f"person {number}", "follow_up"),
        ("person.opt-in", f"person {number}", "follow_up"),
    ]
    assert desk.post(path, data={"csrf_token": token, "sequence": "confirmation", "leave": "yes"}).status_code == 404


def test_notes_on_a_person(known, desk, sign_in):
    number = known()
    token = token_in(desk.get(f"/admin/people/{number}").text)
    desk.post(f"/admin/people/{number}/notes", data={"csrf_token": token, "text": "Prefers the phone"})
    assert "Prefers the phone" in desk.get(f"/admin/people/{number}").text
    again = desk.post(f"/admin/people/{number}/notes", data={"csrf_token": token, "text": "z" * 10_001})
    assert again.status_code == 422
    assert "z" * 10_001 in again.text
    form = desk.get("/admin/notes/1").text
    answer = desk.post("/admin/notes/1", data={"csrf_token": token_in(form), "text": "Prefers mail"})
    assert answer.location == f"/admin/people/{number}"
    assert "Prefers mail" in desk.get(answer.location).text
    assert sign_in(role=Role.HOST, email="host@example.com").get("/admin/notes/1").status_code == 404
    desk.post("/admin/notes/1/remove", data={"csrf_token": token_in(form)})
    assert "Prefers mail" not in desk.get(f"/admin/people/{number}").text


def test_hosts_have_no_access_and_who_may_only_read_changes_nothing(known, sign_in):
    number = known()
    host = sign_in(role=Role.HOST, email="host@example.com")
    assert [host.get(path).status_code for path in ("/admin/people", f"/admin/people/{number}")] == [403, 403]
    reader = sign_in(role=Role.READ_ONLY, email="reader@example.com")
    page = reader.get(f"/admin/people/{number}").text
    assert "Leave for them" not in page
    assert "Add a note" not in page
    assert reader.post(f"/admin/people/{number}/mails", data={"csrf_token": token_in(page)}).status_code == 403
