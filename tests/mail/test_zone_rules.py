"""The rules of a zone say each change of its clocks once, at the right moment."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.mail.zone_rules import zone_rules

ZONES = ["Europe/London", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]


@pytest.mark.parametrize("name", ZONES)
def test_each_part_begins_when_the_clocks_are_changed_and_says_from_what_to_what(name: str) -> None:
    zone = ZoneInfo(name)
    first, *changes = zone_rules(zone, first=date(2026, 1, 1), last=date(2031, 1, 1)).subcomponents
    assert first["tzoffsetfrom"].td == first["tzoffsetto"].td
    told = []
    for part in changes:
        moment = (part["dtstart"].dt - part["tzoffsetfrom"].td).replace(tzinfo=UTC)
        assert (moment - timedelta(minutes=1)).astimezone(zone).utcoffset() == part["tzoffsetfrom"].td
        assert moment.astimezone(zone).utcoffset() == part["tzoffsetto"].td != part["tzoffsetfrom"].td
        told.append(moment)
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(5 * 366 * 24)]
    changed = [hour for hour in hours if hour.year < 2031 and hour.astimezone(zone).utcoffset() != (hour - timedelta(hours=1)).astimezone(zone).utcoffset()]
    assert [moment.replace(minute=0) + timedelta(hours=bool(moment.minute)) for moment in told] == changed


def test_the_change_in_spring_stands_at_the_hour_that_the_clocks_skip() -> None:
    rules = zone_rules(ZoneInfo("Europe/London"), first=date(2026, 1, 1), last=date(2027, 1, 1)).to_ical().decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20260329T010000\r\n" in rules
    assert "BEGIN:STANDARD\r\nDTSTART:20261025T020000\r\n" in rules
    assert "RDATE" not in rules
