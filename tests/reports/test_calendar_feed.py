"""The calendar behind a secret address, as a calendar program sees it: no cookie, nothing but the address."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from app.accounts.models import AdminUser, Role
from app.accounts.staff import create
from app.bookings import indexing
from app.bookings.models import Booking
from app.db import db, transaction
from app.reports import feeds
from tests.reports.conftest import NOON


@pytest.fixture
def address(app):
    """`address(role=Role.OWNER, email=…)`: the path of this person's calendar."""

    def make(role=Role.OWNER, email="owner@example.com"):
        with transaction() as session:
            number = create(session, email=email, password="a good password", role=role).id
            return f"/calendar/{feeds.renew(session, staff_id=number)}.ics"

    return make


def entries(answer):
    assert answer.status_code == 200
    return {str(entry["UID"]): entry for entry in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_it_holds_what_is_past_for_a_while_and_everything_to_come(stored, address, client):
    stored({}, {"start": NOON - timedelta(days=89)}, {"start": NOON - timedelta(days=92)}, {"start": NOON + timedelta(days=800)})
    answer = client.get(address())
    assert set(entries(answer)) == {"uid1000@Cal.com", "uid1001@Cal.com", "uid1003@Cal.com"}
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_an_entry_is_the_one_of_the_mails_and_says_who_and_what(stored, address, client):
    stored(
        {
            "title": "Größe; a, b\\c between Robin Host and Zoë",
            "booker_name": "Zoë",
            "sequence": 3,
            "location": "Room 1\nfloor 2",
            "meeting_url": "https://app.cal.com/video/uid1000",
        }
    )
    answer = client.get(address())
    (entry,) = entries(answer).values()
    assert (entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("uid1000@Cal.com", 3, "CONFIRMED")
    assert entry["SUMMARY"] == "Größe; a, b\\c: Zoë"
    assert entry["LOCATION"] == "Room 1 floor 2"
    assert entry["URL"] == "http://localhost/admin/calendar/R1000"
    assert "Number R1000" in entry["DESCRIPTION"]
    assert "ines@example.org" in entry["DESCRIPTION"]
    assert "video/uid1000" not in answer.text
    assert max(len(line) for line in answer.data.split(b"\r\n")) <= 75
    answer.data.decode()  # no letter was cut through


@pytest.mark.parametrize(
    ("status", "said"),
    [("pending", "TENTATIVE"), ("awaiting_payment", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("cancelled", "CANCELLED"), ("rejected", "CANCELLED")],
)
def test_each_status_has_its_word(stored, address, client, status, said):
    stored({"status": status})
    assert [entry["STATUS"] for entry in entries(client.get(address())).values()] == [said]


def test_what_was_cancelled_is_told_for_a_month(stored, address, client):
    stored({"status": "cancelled", "updated_at": NOON - timedelta(days=29)}, {"status": "cancelled", "updated_at": NOON - timedelta(days=32)})
    assert set(entries(client.get(address()))) == {"uid1000@Cal.com"}


@pytest.mark.parametrize(
    "start",
    [
        "2027-03-28T00:30:00Z",
        "2027-03-28T01:30:00Z",
        "2027-10-30T23:30:00Z",
        "2027-10-31T00:30:00Z",
        "2027-10-31T01:30:00Z",
        "2026-12-24T10:00:00Z",
        "2031-07-01T10:00:00Z",
    ],
)
def test_times_are_right_also_where_the_clocks_change_and_beyond_the_rules(stored, address, client, start):
    moment = datetime.fromisoformat(start)
    stored({"start": moment})
    (entry,) = entries(client.get(address())).values()
    assert entry["DTSTART"].dt.astimezone(UTC) == moment
    assert entry["DTEND"].dt.astimezone(UTC) == moment + timedelta(minutes=30)


def test_a_zone_that_is_named_is_explained(stored, address, client):
    stored({})
    calendar = Calendar.from_ical(client.get(address()).data)
    (entry,) = calendar.walk("VEVENT")
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == [entry["DTSTART"].params["TZID"]] == ["Europe/London"]


def test_two_seats_that_share_an_address_at_calcom_are_two_entries(stored, address, client):
    stored({"ical_uid": "class@Cal.com"}, {"ical_uid": "class@Cal.com"}, {"ical_uid": ""})
    assert set(entries(client.get(address()))) == {"class@Cal.com", "R1001@frontdesk", "R1002@frontdesk"}


def test_a_host_reads_the_own_bookings_and_a_change_of_role_counts_at_once(stored, address, client):
    stored({"host_email": "Host@example.com"}, {"host_email": "other@example.com"})
    path = address(Role.HOST, "host@example.com")
    assert set(entries(client.get(path))) == {"uid1000@Cal.com"}
    with transaction() as session:
        session.execute(sa.update(AdminUser).values(role=Role.READ_ONLY))
    assert set(entries(client.get(path))) == {"uid1000@Cal.com", "uid1001@Cal.com"}


def test_a_closed_account_and_a_wrong_address_lead_nowhere(stored, address, client):
    path = address()
    with transaction() as session:
        session.execute(sa.update(AdminUser).values(active=False))
    for wrong in (path, "/calendar/nothing.ics", "/calendar/%00.ics", "/calendar/\u00fc.ics"):
        answer = client.get(wrong)
        assert (answer.status_code, answer.mimetype) == (404, "text/plain")


def test_nothing_is_kept_on_the_way_and_nothing_is_set(stored, address, client):
    stored({})
    answer = client.get(address())
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "/calendar/" not in client.get("/robots.txt").text  # makers of calendars obey it


def test_the_same_calendar_is_sent_once(stored, address, client, moment):
    stored({})
    path = address()
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    moment.forward(hours=3)
    assert client.get(path).data == first.data
    for change in ({"sequence": 1}, {"updated_at": NOON + timedelta(minutes=1)}, {"alias_of_id": 1}):
        with transaction() as session:
            session.execute(sa.update(Booking).where(Booking.reference == "R1000").values(**change))
        changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200, change
        first = changed
    moment.forward(days=1)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("change", [{"host_email": "other@example.com"}, {"alias_of_id": 1}, {"start": NOON - timedelta(days=92)}])
def test_what_leaves_a_calendar_is_news_also_to_a_program_that_sends_only_a_date(stored, address, client, moment, change):
    """Nothing that is left tells of it: the newest change of what stays is older than the last time the program asked."""
    stored({"host_email": "host@example.com"}, {"host_email": "host@example.com"})
    path = address(Role.HOST, "host@example.com")
    first = client.get(path)
    assert len(entries(first)) == 2
    moment.forward(hours=1)
    asked_at = first.headers.get("Last-Modified") or first.headers["Date"]
    with transaction() as session:
        booking = session.scalars(sa.select(Booking).where(Booking.reference == "R1001")).one()
        for name, value in (change | {"updated_at": NOON + timedelta(minutes=59)}).items():
            setattr(booking, name, value)
        indexing.keep(session, booking)
    for headers in ({"If-Modified-Since": asked_at}, {"If-Modified-Since": "Wed, 09 Dec 2026 23:00:00 GMT"}, {"If-None-Match": first.headers["ETag"]}):
        assert set(entries(client.get(path, headers=headers))) == {"uid1000@Cal.com"}
    assert "Last-Modified" not in first.headers


def test_a_change_that_is_committed_after_a_later_one_is_news_as_well(stored, address, client):
    stored({"updated_at": NOON + timedelta(seconds=2)}, {})
    path = address()
    first = client.get(path)
    with transaction() as session:  # began a second earlier, took longer
        session.execute(
            sa.update(Booking).where(Booking.reference == "R1001").values(title="Another title", change_count=1, updated_at=NOON + timedelta(seconds=1))
        )
    assert "Another title" in client.get(path, headers={"If-None-Match": first.headers["ETag"]}).text


def test_a_program_may_ask_for_the_head_alone(stored, address, client):
    stored({})
    answer = client.head(address())
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"]


def test_asking_too_often_is_refused_for_that_address_alone(stored, address, client):
    busy, calm = address(), address(email="other@example.com")
    codes = [client.get(busy).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    assert client.get(calm).status_code == 200


def test_many_entries_come_in_pieces_and_leaving_ends_the_reading(stored, address, client):
    stored(*({"start": NOON + timedelta(hours=number)} for number in range(1200)), listed=False)
    answer = client.get(address(), buffered=False)
    pieces = iter(answer.response)
    assert next(pieces).startswith(b"BEGIN:VCALENDAR\r\n")
    assert len(next(pieces)) < 60_000
    answer.close()
    db.session.rollback()
    assert db.engine.pool.checkedout() == 0
    assert len(entries(client.get(address()))) == 1200
