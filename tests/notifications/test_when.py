"""Times as their readers say them, and what becomes of zone and language names that are none."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel import localedata

from app.notifications.when import elsewhere, locale_of, when, zone_of

START = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
END = START + timedelta(minutes=30)

HOSTILE = [
    "",
    "Europe",
    "Mars/Olympus",
    "../../etc/passwd",
    "/etc/passwd",
    "Europe/Berlin\0",
    "\ud800",
    "localtime",
    "right/Europe/Berlin",
    "x" * 100_000,
    "en\r\nBcc: x",
]


@pytest.mark.parametrize(
    ("zone", "locale", "day", "hours"),
    [
        ("Europe/Berlin", "en", "Tuesday, 8 December 2026", "11:00–11:30"),
        ("America/New_York", "en", "Tuesday, December 8, 2026", "5:00 – 5:30 AM"),
        ("Europe/Berlin", "de", "Dienstag, 8. Dezember 2026", "11:00–11:30 Uhr"),
        ("Europe/Berlin", "de-AT", "Dienstag, 8. Dezember 2026", "11:00–11:30 Uhr"),
        ("Europe/Madrid", "es", "Martes, 8 de diciembre de 2026", "11:00–11:30"),
        ("Asia/Tokyo", "ja", "2026年12月8日火曜日", "19時00分～19時30分"),
        ("Pacific/Kiritimati", "en", "Wednesday, 9 December 2026", "12:00 – 12:30 am"),
    ],
)
def test_a_time_follows_the_habits_of_its_reader(zone: str, locale: str, day: str, hours: str) -> None:
    span = when(START, end=END, zone=zone, locale=locale)
    assert (span.day, span.hours) == (day, hours)


@pytest.mark.parametrize(
    ("zone", "named"),
    [
        ("Europe/Berlin", "Berlin time, GMT+1"),
        ("Europe/London", "London time, GMT"),
        ("Asia/Kolkata", "Kolkata time, GMT+5:30"),
        ("America/St_Johns", "Saint John’s time, GMT-3:30"),
        ("UTC", "UTC"),
        ("Etc/GMT+5", "UTC-5"),
        ("US/Pacific", "Los Angeles time, GMT-8"),
        ("Asia/Calcutta", "Kolkata time, GMT+5:30"),
        ("Europe/Kiev", "Kyiv time, GMT+2"),
    ],
)
def test_the_zone_is_named(zone: str, named: str) -> None:
    assert when(START, end=END, zone=zone, locale="en").zone == named


def test_summer_time_is_told_by_the_day_of_the_meeting() -> None:
    summer = START.replace(month=7)
    assert when(summer, end=summer, zone="Europe/London", locale="en").zone == "London time, GMT+1"


def test_a_meeting_over_midnight_names_the_second_day() -> None:
    late = datetime(2026, 12, 8, 22, 30, tzinfo=UTC)
    assert when(late, end=late + timedelta(hours=1), zone="Europe/Berlin", locale="en").hours == "23:30 – Wed, 9 Dec, 00:30"


def test_the_other_place_is_told_only_where_its_clocks_differ() -> None:
    assert elsewhere(START, end=END, zone="Europe/London", than="Europe/Berlin", locale="en") == "10:00–10:30 in London"
    assert elsewhere(START, end=END, zone="Europe/Paris", than="Europe/Berlin", locale="en") == ""
    assert elsewhere(START, end=END, zone="", than="Europe/Berlin", locale="en") == ""


def test_the_other_place_is_written_as_the_reader_writes_hours() -> None:
    assert elsewhere(START, end=END, zone="America/New_York", than="Europe/Berlin", locale="en") == "05:00–05:30 in New York"
    assert elsewhere(START, end=END, zone="Europe/Berlin", than="America/New_York", locale="en") == "11:00 – 11:30 AM in Berlin"


def test_the_city_has_its_name_in_the_language_under_whichever_name_the_zone_is_known() -> None:
    for zone in ("Europe/Kiev", "Europe/Kyiv"):
        assert when(START, end=END, zone=zone, locale="de").city == "Kiew"


def test_the_other_place_names_its_day_when_it_is_another() -> None:
    night = datetime(2026, 12, 8, 23, 30, tzinfo=UTC)
    assert elsewhere(night, end=night + timedelta(minutes=30), zone="Europe/London", than="Asia/Tokyo", locale="en").startswith("Tue, 8 Dec, ")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_zone_that_is_none_is_utc_and_says_so(name: str) -> None:
    assert zone_of(name) is UTC
    assert when(START, end=END, zone=name, locale="en").zone == "UTC"


@pytest.mark.parametrize("name", [*HOSTILE, "tlh", "en_XX_YY_ZZ_AA", "12"])
def test_a_language_that_is_none_is_english(name: str) -> None:
    assert locale_of(name, zone="Europe/London").language == "en"
    assert when(START, end=END, zone="Europe/London", locale=name).day == "Tuesday, 8 December 2026"


def test_a_zone_is_found_whatever_its_capitals() -> None:
    assert str(zone_of("europe/berlin")) == "Europe/Berlin"


def test_every_zone_and_every_language_can_be_printed() -> None:
    for zone in available_timezones():
        span = when(START, end=END, zone=zone, locale="en")
        assert span.zone, zone
        if zone != "localtime":
            assert zone_of(zone).utcoffset(START.replace(tzinfo=None)) == ZoneInfo(zone).utcoffset(START.replace(tzinfo=None))
    for locale in localedata.locale_identifiers():
        span = when(START, end=END, zone="Europe/Berlin", locale=locale)
        assert span.day, locale
        assert span.hours, locale
        assert not {"\u202f", "\u2009"} & set(span.day + span.hours + span.start_time), locale


def test_a_time_in_any_zone_object_is_the_same_moment() -> None:
    elsewhere_made = START.astimezone(timezone(timedelta(hours=9)))
    assert when(elsewhere_made, end=END, zone="Europe/Berlin", locale="en") == when(START, end=END, zone="Europe/Berlin", locale="en")
