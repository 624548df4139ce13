"""Series of every rhythm that Cal.com's API takes, and the calendar that bookings go to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import ConfigDesk
from app.sandbox.rhythm import Rhythm
from tests.config_as_code.conftest import Watched

Edit = Callable[[Callable[[Any], None]], None]
KindOf = Callable[[Any, str], Any]


@pytest.mark.parametrize("frequency", ["weekly", "monthly", "yearly"])
@pytest.mark.parametrize("interval", [1, 2])
def test_a_series_of_any_rhythm(desk: ConfigDesk, edit: Edit, kind: KindOf, account: Watched, frequency: str, interval: int) -> None:
    desk.pull()
    wanted = {"frequency": frequency, "interval": interval, "occurrences": 3}
    edit(lambda file: kind(file, "intro").update(recurrence=wanted))
    assert desk.apply(desk.compare()).complete
    assert not desk.compare().plan
    assert account.client.event_types.get(101).raw["recurrence"] == wanted
    edit(lambda file: kind(file, "intro").update(recurrence=None))
    assert desk.apply(desk.compare()).complete
    assert not desk.compare().plan


def test_what_the_api_does_not_take_is_named(desk: ConfigDesk, edit: Edit, kind: KindOf) -> None:
    desk.pull()
    edit(lambda file: kind(file, "intro").update(recurrence={"frequency": "daily", "interval": 1, "occurrences": 3}))
    with pytest.raises(ConfigError, match=r"recurrence\.frequency must be one of 'weekly', 'monthly' or 'yearly'"):
        desk.compare()


@pytest.mark.parametrize(
    ("rhythm", "dates"),
    [
        (Rhythm("weekly", 2), ["2030-01-31", "2030-02-14", "2030-02-28"]),
        (Rhythm("monthly", 1), ["2030-01-31", "2030-03-31", "2030-05-31"]),
        (Rhythm("yearly", 1), ["2030-01-31", "2031-01-31", "2032-01-31"]),
    ],
)
def test_dates_of_a_series(rhythm: Rhythm, dates: list[str]) -> None:
    assert [f"{one:%Y-%m-%d}" for one in rhythm.dates(datetime(2030, 1, 31, 9, tzinfo=UTC), 3)] == dates


def test_the_calendar_that_bookings_go_to(desk: ConfigDesk, edit: Edit, account: Watched) -> None:
    desk.pull()
    text = desk.path.read_text()
    assert "destinationCalendar:\n    integration: google_calendar\n    externalId: robin@example.com\n" in text
    edit(lambda file: file["me"]["destinationCalendar"].update(externalId="second-robin@example.com"))
    (change,) = desk.compare().plan.changes
    assert (change.key, list(change.fields)) == ("me", ["destinationCalendar"])
    assert desk.apply(desk.compare()).complete
    assert not desk.compare().plan
    assert [(call.method, call.path) for call in account.writes] == [("PUT", "/destination-calendars")]
    edit(lambda file: file["me"]["destinationCalendar"].update(externalId="nobody@example.com"))
    assert "Could not find calendar" in desk.apply(desk.compare()).refused


def test_whoever_does_not_name_a_calendar_is_not_asked_for_it(desk: ConfigDesk, account: Watched) -> None:
    desk.path.write_text("me:\n  bio: New\n")
    assert desk.apply(desk.compare()).complete
    assert not [call for call in account.calls if "calendars" in call.path]
