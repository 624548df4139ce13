from datetime import date, timedelta

import pytest

from app.web.admin.relative import relative, relative_day
from tests.web.admin.conftest import NOON


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(minutes=25), "in 25 min"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(hours=40), "in 40 hours"),
        (timedelta(days=-5), "5 days ago"),
        (timedelta(days=21), "in 3 weeks"),
        (timedelta(days=300), "in 10 months"),
        (timedelta(days=-800), "2 years ago"),
    ],
)
def test_how_far_away_a_moment_is(away, said):
    assert relative(NOON + away) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 8), "today"),
        (date(2026, 12, 9), "tomorrow"),
        (date(2026, 12, 7), "yesterday"),
        (date(2026, 12, 12), "in 4 days"),
        (date(2026, 11, 1), "5 weeks ago"),
    ],
)
def test_how_far_away_a_day_is(day, said):
    assert relative_day(day, "Europe/London") == said
