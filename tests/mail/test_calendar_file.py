"""Calendar files that calendars understand: read back with an independent parser, zone rules included."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from icalendar import Calendar

from app.mail.calendar import CalendarEvent, Person, booking_ics
from app.mail.message import Method
from tests.ical_js import entries

START = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
ZONES = [
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
]


def happening(*, zone: str = "Europe/London", start: datetime = START, **values: object) -> CalendarEvent:
    standard: dict[str, object] = {
        "uid": "first-uid@Cal.com",
        "sequence": 2,
        "title": "First consultation with Robin Sample",
        "start": start.astimezone(ZoneInfo(zone)),
        "end": (start + timedelta(minutes=30)).astimezone(ZoneInfo(zone)),
        "organizer": Person("hello@example.com", "North Quay"),
        "attendees": (Person("alex@example.org", "Alex Example"),),
        "location": "12 High Street, London",
        "url": "https://video.example.com/room",
    }
    return CalendarEvent(**(standard | values))  # type: ignore[arg-type]  # the keys are the fields


def read(content: bytes) -> tuple[Calendar, Any]:
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    [entry] = calendar.events
    return calendar, entry


@pytest.mark.parametrize(("method", "status"), [("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED"), ("PUBLISH", "CONFIRMED")])
@time_machine.travel("2026-11-20T16:10:19.806Z", tick=False)
def test_a_file_says_what_it_is_for_and_keeps_uid_and_sequence(method: Method, status: str) -> None:
    calendar, entry = read(booking_ics(happening(), method))
    assert str(calendar["method"]) == method
    assert str(entry["status"]) == status
    assert str(entry["uid"]) == "first-uid@Cal.com"
    assert entry["sequence"] == 2
    assert entry["dtstamp"].dt == datetime(2026, 11, 20, 16, 10, 19, tzinfo=UTC)
    assert str(entry["organizer"]) == "mailto:hello@example.com"
    assert entry["organizer"].params["CN"] == "North Quay"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("year", [2026, 2039])
def test_the_zone_rules_in_the_file_give_the_right_moment(zone: str, month: int, year: int) -> None:
    start = datetime(year, month, 28, 10, 0, tzinfo=UTC)
    calendar, entry = read(booking_ics(happening(zone=zone, start=start), "REQUEST"))
    [rules] = calendar.timezones
    assert rules.tz_name == zone
    assert entry["dtstart"].params["TZID"] == zone
    local = entry["dtstart"].dt.replace(tzinfo=None)
    assert local.replace(tzinfo=rules.to_tz(lookup_tzid=False)).astimezone(UTC) == start


NIGHTS = [
    ("Europe/London", "2027-10-31T00:15Z"),
    ("Europe/London", "2027-10-31T01:15Z"),
    ("Europe/London", "2027-10-30T23:45Z"),
    ("Europe/London", "2027-10-31T00:45Z"),
    ("Europe/London", "2027-10-31T01:45Z"),
    ("Europe/London", "2027-03-28T00:45Z"),
    ("America/New_York", "2027-11-07T05:30Z"),
    ("America/New_York", "2027-11-07T06:30Z"),
    ("Australia/Lord_Howe", "2027-04-03T14:45Z"),
    ("Australia/Lord_Howe", "2027-04-03T15:15Z"),
    ("Africa/Casablanca", "2027-02-07T01:45Z"),
    ("Africa/Casablanca", "2027-02-07T02:15Z"),
]
"""Meetings of half an hour that begin or end when the clocks change; the hour before and the hour after have the same name."""


@pytest.mark.parametrize(("zone", "moment"), NIGHTS)
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_an_hour_that_comes_twice_is_the_one_that_was_meant(zone: str, moment: str, method: Method) -> None:
    start = datetime.fromisoformat(moment)
    content = booking_ics(happening(zone=zone, start=start), method)
    _, entry = read(content)
    assert (entry["dtstart"].dt.astimezone(UTC), entry["dtend"].dt.astimezone(UTC)) == (start, start + timedelta(minutes=30))
    assert (str(entry["uid"]), entry["sequence"]) == ("first-uid@Cal.com", 2)
    [seen] = entries(content)
    assert (datetime.fromisoformat(seen["start"]), datetime.fromisoformat(seen["end"])) == (start, start + timedelta(minutes=30))
    assert (seen["uid"], seen["sequence"]) == ("first-uid@Cal.com", 2)


def test_utc_needs_no_zone_rules() -> None:
    content = booking_ics(happening(zone="UTC"), "REQUEST")
    assert b"DTSTART:20261208T100000Z" in content
    assert b"VTIMEZONE" not in content


def test_a_file_stays_small() -> None:
    assert len(booking_ics(happening(), "REQUEST")) < 4000


def test_a_booker_has_accepted_and_is_not_asked() -> None:
    _, entry = read(booking_ics(happening(), "REQUEST"))
    assert str(entry["attendee"]) == "mailto:alex@example.org"
    assert entry["attendee"].params["PARTSTAT"] == "ACCEPTED"
    assert entry["attendee"].params["RSVP"] == "FALSE"


def test_a_download_names_no_attendees() -> None:
    assert b"ATTENDEE" not in booking_ics(happening(), "PUBLISH")


@pytest.mark.parametrize("poison", ["x\r\nATTENDEE:mailto:victim@example.net", 'x";X-EVIL=1:', "x\nEND:VEVENT\nBEGIN:VEVENT", "x" * 100_000, "\u202ex"])
def test_hostile_words_add_no_lines(poison: str) -> None:
    event = happening(title=poison, location=poison, description=poison, url=f"https://{poison}", uid=poison, attendees=(Person("alex@example.org", poison),))
    calendar, entry = read(booking_ics(event, "REQUEST"))
    assert len(calendar.walk("VEVENT")) == 1
    assert str(entry["attendee"]) == "mailto:alex@example.org"
    assert "X-EVIL" not in entry["attendee"].params
    assert len(str(entry["summary"])) <= 200


def test_a_hostile_attendee_address_is_left_out() -> None:
    content = booking_ics(happening(attendees=(Person("a@example.com\r\nX-EVIL:1"),)), "REQUEST")
    assert b"EVIL" not in content
    assert b"ATTENDEE" not in content


@pytest.mark.parametrize(
    ("changed", "method"),
    [({}, "REPLY"), ({"uid": ""}, "REQUEST"), ({"organizer": Person("")}, "REQUEST"), ({"end": START.replace(tzinfo=None)}, "REQUEST")],
)
def test_a_file_that_would_do_nothing_is_refused(changed: dict[str, object], method: Method) -> None:
    with pytest.raises(ValueError, match="calendar"):
        booking_ics(happening(**changed), method)  # type: ignore[arg-type]  # see happening()
