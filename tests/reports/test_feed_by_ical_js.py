"""What a calendar program that is not ours reads in the feed: ical.js, in node, entry by entry against the bookings."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.accounts.staff import create
from app.db import transaction
from app.reports import feeds
from tests.ical_js import entries
from tests.reports.conftest import NOON

NIGHTS = {
    "Europe/London": ("2027-10-30T22:45Z", "2027-10-31T00:30Z", "2027-10-31T01:30Z", "2027-10-31T02:30Z", "2027-03-28T00:45Z", "2027-03-28T01:00Z"),
    "America/New_York": ("2027-11-07T04:45Z", "2027-11-07T05:30Z", "2027-11-07T06:30Z", "2027-11-07T07:00Z", "2027-03-14T06:45Z", "2027-03-14T07:00Z"),
    "Australia/Lord_Howe": ("2027-04-03T14:15Z", "2027-04-03T14:45Z", "2027-04-03T15:15Z", "2027-04-03T15:30Z", "2027-10-02T15:15Z", "2027-10-02T15:30Z"),
    "Africa/Casablanca": ("2027-02-07T00:45Z", "2027-02-07T01:45Z", "2027-02-07T02:15Z", "2027-02-07T03:15Z", "2027-03-14T01:45Z", "2027-03-14T02:00Z"),
    "UTC": ("2027-10-31T00:30Z", "2027-10-31T01:30Z", "2031-07-01T10:00Z"),
}
"""Moments around the nights in which clocks change, by zone of the owner; most of them within an hour that comes twice or is left out."""


@pytest.fixture
def app(make_app, request):
    """A site in the zone that the test names; one database is enough, what is read does not depend on it."""
    app = make_app(PLACE_TIME_ZONE=getattr(request, "param", "Europe/London"))
    with app.app_context():
        yield app


@pytest.fixture
def feed(app, client):
    """`feed(role, email)`: the entries of this person's calendar by UID."""

    def read(role=Role.OWNER, email="owner@example.com"):
        with transaction() as session:
            token = feeds.renew(session, staff_id=create(session, email=email, password="a good password", role=role).id)
        found = entries(client.get(f"/calendar/{token}.ics").data)
        assert len({each["uid"] for each in found}) == len(found)
        return {each["uid"]: each for each in found}

    return read


def stamp(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def spans(found):
    return {uid: (each["start"], each["end"]) for uid, each in found.items()}


def wanted(made):
    return {row["ical_uid"]: (stamp(row["start"]), stamp(row["end"])) for row in made}


@pytest.mark.parametrize(("app", "zone"), [(zone, zone) for zone in NIGHTS], indirect=["app"])
@pytest.mark.parametrize("minutes", [15, 30, 90, 24 * 60])
def test_the_nights_in_which_clocks_change(zone, minutes, stored, feed):
    starts = [datetime.fromisoformat(moment) for moment in NIGHTS[zone]]
    made = stored(*({"start": start, "end": start + timedelta(minutes=minutes)} for start in starts))
    assert spans(feed()) == wanted(made)


@pytest.mark.parametrize("app", ["Europe/London", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"], indirect=True)
def test_whole_days_of_guests_elsewhere_and_meetings_of_several_days(stored, feed):
    midnights = ["2027-01-10T00:00+00:00", "2027-01-10T00:00-05:00", "2027-03-13T00:00-05:00", "2027-06-01T00:00+14:00", "2027-10-31T00:00+01:00"]
    starts = [datetime.fromisoformat(moment) for moment in midnights]
    made = stored(*({"start": start, "end": start + timedelta(days=days)} for start in starts for days in (1, 3)))
    found = spans(feed())
    assert {uid: tuple(datetime.fromisoformat(each) for each in span) for uid, span in found.items()} == {
        row["ical_uid"]: (row["start"], row["end"]) for row in made
    }


def test_every_date_of_a_series_is_an_entry_of_its_own_at_the_same_hour_of_the_clock(stored, feed):
    first = datetime.fromisoformat("2027-03-09T10:00+00:00")
    dates = [first + timedelta(weeks=week, hours=-1 if week > 2 else 0) for week in range(6)]
    made = stored(*({"start": start, "event_type": "course"} for start in dates))
    assert spans(feed()) == wanted(made)
    assert len({each["start"] for each in feed(email="second@example.com").values()}) == len(dates)


def test_what_is_cancelled_is_struck_out_and_takes_no_time(stored, feed):
    gone = ("CANCELLED", "TRANSPARENT")
    states = {"confirmed": ("CONFIRMED", "OPAQUE"), "pending": ("TENTATIVE", "OPAQUE"), "cancelled": gone, "rejected": gone}
    made = stored(*({"status": status, "sequence": 2} for status in states))
    found = feed()
    assert {row["status"]: (found[row["ical_uid"]]["status"], found[row["ical_uid"]]["busy"]) for row in made} == states
    assert {each["sequence"] for each in found.values()} == {2}


def test_words_arrive_as_they_were_said(stored, feed):
    odd = 'Größe; a, b\\c "d": \\n ' + "ä€😀" * 40
    stored({"title": odd, "booker_name": "Zoë, née O\\Neil; x", "location": "Room 1; by the, stairs\nfloor 2", "booker_email": "zoe@example.org"})
    (entry,) = feed().values()
    assert entry["summary"].startswith(odd[:110])
    assert entry["summary"].endswith(": Zoë, née O\\Neil; x")
    assert entry["location"] == "Room 1; by the, stairs floor 2"
    assert entry["description"].split("\n") == ["Zoë, née O\\Neil; x <zoe@example.org>", "Number R1000", "http://localhost/admin/calendar/R1000"]
    assert entry["url"] == "http://localhost/admin/calendar/R1000"


def test_a_host_reads_the_own_ones_and_nothing_else(stored, feed):
    own, *_ = stored({"host_email": "Host@example.com"}, {"host_email": "other@example.com"}, {"host_email": "xhost@example.com"}, {"host_email": ""})
    assert set(feed(Role.HOST, "host@example.com")) == {own["ical_uid"]}
    assert len(feed()) == 4


def test_a_full_calendar_is_read_to_its_end(stored, feed):
    made = stored(*({"start": NOON + timedelta(hours=7 * number)} for number in range(1500)), listed=False)
    assert spans(feed()) == wanted(made)
