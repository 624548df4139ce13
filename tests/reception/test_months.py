from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.reception.availability import FreeTime
from app.reception.months import Month, midnight, sheet

TOKYO = ZoneInfo("Asia/Tokyo")


def free(text):
    start = datetime.fromisoformat(text).astimezone(UTC)
    return FreeTime(start, start + timedelta(minutes=30))


def test_months_are_read_and_leafed_through():
    assert Month.read("2026-12") == Month(2026, 12)
    assert str(Month(2026, 12).later(1)) == "2027-01"
    assert Month(2026, 1).later(-1) == Month(2025, 12)
    for nonsense in ("", "2026-13", "2026", "x", "0000-01"):
        assert Month.read(nonsense) is None


def test_a_time_stands_on_the_day_that_it_is_for_the_visitor():
    weeks = sheet(Month(2026, 12), [free("2026-12-07T15:30Z"), free("2026-12-07T14:30Z")], TOKYO)
    days = {day.date: day for week in weeks for day in week}
    assert [each.start.hour for each in days[date(2026, 12, 8)].times] == [15]
    assert [each.start.hour for each in days[date(2026, 12, 7)].times] == [14]


def test_weeks_begin_on_monday_and_days_of_other_months_stay_empty():
    weeks = sheet(Month(2026, 12), [free("2026-11-30T10:00Z")], ZoneInfo("UTC"))
    assert weeks[0][0].date == date(2026, 11, 30)
    assert not weeks[0][0].inside
    assert weeks[0][0].times == ()


@pytest.mark.parametrize(("zone", "hours"), [("Europe/London", 31 * 24 + 1), ("UTC", 31 * 24)])
def test_a_month_in_which_the_clocks_change_is_longer(zone, hours):
    begin, end = Month(2026, 10).span(ZoneInfo(zone))
    assert end - begin == timedelta(hours=hours)
    assert midnight(date(2026, 12, 1), TOKYO) == datetime(2026, 11, 30, 15, tzinfo=UTC)
