from datetime import UTC, date, datetime, timedelta

import pytest

from app.web import filters

START = datetime(2026, 12, 8, 11, 0, tzinfo=UTC)


def test_days_and_times_are_said_as_people_say_them():
    assert filters.day(START, "Europe/London") == "Tue 8 Dec 2026"
    assert filters.long_day(START, "Asia/Tokyo") == "Tuesday 8 December 2026"
    assert filters.long_day(date(2026, 12, 8)) == "Tuesday 8 December 2026"
    assert filters.clock(START, "Asia/Tokyo") == "20:00"
    assert filters.span(START, START + timedelta(minutes=30), "Europe/London") == "11:00–11:30"


def test_a_span_over_midnight_names_the_second_day():
    assert filters.span(START, START + timedelta(hours=14), "Europe/London") == "11:00 – Wed 9 Dec 2026, 01:00"


@pytest.mark.parametrize(("zone", "end"), [("Europe/London", "(UTC+0)"), ("Asia/Kolkata", "(UTC+5:30)"), ("America/St_Johns", "(UTC-3:30)")])
def test_the_exact_time_names_zone_and_offset(zone, end):
    assert filters.exact(START, zone).endswith(f"{zone} {end}")


@pytest.mark.parametrize(
    ("zone", "city"), [("Asia/Calcutta", "Kolkata"), ("Europe/Kiev", "Kyiv"), ("America/New_York", "New York"), ("UTC", "UTC"), (None, "UTC")]
)
def test_a_city_has_its_name_of_today(zone, city):
    assert filters.zone_city(zone) == city


def test_an_unknown_zone_falls_back_to_utc():
    assert filters.clock(START, "Nowhere/City") == "11:00"
    assert filters.clock(START, "../etc/passwd") == "11:00"
    assert filters.clock(START, "") == "11:00"


def test_zones_are_named_by_their_city():
    assert filters.zone_city("America/New_York") == "New York"
    assert filters.zone_city(None) == "UTC"


def test_clocks_are_compared_at_that_moment():
    assert not filters.other_clock(START, "Europe/London", "UTC")
    assert filters.other_clock(START + timedelta(days=200), "Europe/London", "UTC")


def test_moments_for_machines_and_money():
    assert filters.iso(START) == "2026-12-08T11:00:00Z"
    assert filters.money(6000, "eur") == "60.00 EUR"


def test_a_moment_for_machines_has_four_digits_for_every_year():
    assert filters.iso(datetime(864, 1, 21, 9, 1, 15, 999, tzinfo=UTC)) == "0864-01-21T09:01:15Z"
    assert filters.iso(START) == "2026-12-08T11:00:00Z"
