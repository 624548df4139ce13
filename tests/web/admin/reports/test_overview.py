"""The page of figures: what it asks, what it draws, and the table that says the same."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.web.admin.reports.chart import HEIGHT, bars, ceiling, columns
from tests.web.admin.conftest import NOON

DONE = {"state": "attending", "name": "Ines", "email": "ines@example.org"}


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


@pytest.mark.parametrize(("most", "top", "step"), [(0, 1, 1), (1, 1, 1), (3, 3, 1), (5, 5, 1), (6, 6, 2), (24, 25, 5), (47, 50, 10), (1_234, 1_500, 500)])
def test_an_axis_ends_at_a_round_number_that_nothing_exceeds(most, top, step):
    assert ceiling(most) == (top, step)


@pytest.mark.parametrize(("most", "top"), [(0, 0.01), (0.03, 0.03), (0.12, 0.15), (0.374, 0.4), (1, 1)])
def test_an_axis_of_shares_ends_no_further_than_it_must(most, top):
    assert ceiling(most, percent=True)[0] == pytest.approx(top)


def test_columns_begin_at_nothing_and_are_as_high_as_their_number():
    (first, second), ticks = columns([("a", "a", [("kept", 3), ("gone", 1)]), ("b", "b", [("kept", 0), ("gone", 2)])])
    assert [(part.kind, part.y + part.height) for part in first.parts] == [("kept", HEIGHT), ("gone", HEIGHT * 0.25)]
    assert [part.kind for part in second.parts] == ["gone"]
    assert (first.x, first.width, second.x) == (0, 50, 50)
    assert (ticks[0], ticks[-1]) == ((HEIGHT, "0"), (0, "4"))


def test_the_longest_bar_is_as_wide_as_the_chart():
    first, second = bars([("a", "a", "4", [("kept", 3.0), ("gone", 1.0)]), ("b", "b", "2", [("kept", 2.0)])])
    assert [(part.x, part.width) for part in first.parts] == [(0, 75), (75, 25)]
    assert [(part.x, part.width) for part in second.parts] == [(0, 50)]


def test_each_chart_has_its_table_and_says_what_it_shows(book, sign_in):
    book(start=NOON - timedelta(days=1), attendees=[DONE | {"state": "no_show"}], source="/book?utm_source=news", booked_at=NOON - timedelta(days=3))
    book(start=NOON - timedelta(hours=5), attendees=[DONE], booked_at=NOON)
    book(start=NOON - timedelta(days=8), status="cancelled", event_type="paid", booked_at=NOON - timedelta(days=40))
    page = sign_in().get("/admin/reports")
    said = words(page)
    for title in ("Bookings per week", "No-show rate", "Lead time", "By event type", "By host", "By source"):
        assert f"{title} as a table" in said
    assert page.text.count("<svg") > 6
    assert "style=" not in page.text
    assert "3 bookings in 12 weeks, 0.2 a week on average; most in the week of 7 Dec (2)." in said
    assert "Somebody did not come to 1 of 2 meetings held: 50.0 %." in said
    assert "Campaign news" in said
    assert "1 booking came in after it had begun and is left out." in said
    assert "Monday 21 September 2026 to Sunday 13 December 2026" in said


def test_the_span_and_whose_bookings_stand_in_the_address(book, sign_in):
    book(start=NOON, event_type="intro")
    book(start=NOON + timedelta(days=21), event_type="paid")
    desk = sign_in()
    assert "1 booking in 12 weeks" in words(desk.get("/admin/reports"))
    assert "2 bookings in 8 weeks" in words(desk.get("/admin/reports?span=ahead"))
    assert "1 booking in 8 weeks" in words(desk.get("/admin/reports?span=ahead&type=paid"))
    assert "1 booking in 2 weeks" in words(desk.get("/admin/reports?from=2026-12-22&to=2026-12-29"))
    assert "1 booking in 12 weeks" in words(desk.get("/admin/reports?from=2026-12-30&to=2026-12-01"))
    assert "1 booking in 12 weeks" in words(desk.get("/admin/reports?span=nonsense&from=x&to=0001-01-01"))
    assert "in 104 weeks" in words(desk.get("/admin/reports?from=2026-01-01&to=2099-01-01"))
    assert "Nothing was booked for these weeks" in words(desk.get("/admin/reports?host=nobody@example.com"))


def test_a_host_counts_the_own_bookings_only(book, sign_in):
    book(start=NOON, host_email="Host@example.com", event_type="mine")
    book(start=NOON, host_email="other@example.com", event_type="theirs")
    page = sign_in(role=Role.HOST, email="host@example.com").get("/admin/reports?host=other@example.com")
    assert "1 booking in 12 weeks" in words(page)
    assert "By host" not in page.text
    assert "theirs as a" not in page.text


def test_weeks_without_meetings_have_no_rate_and_a_span_without_any_says_what_will_be_there(book, sign_in):
    book(start=NOON + timedelta(days=1))
    said = words(sign_in().get("/admin/reports"))
    assert "No meeting of these weeks is over yet" in said


def test_hostile_names_are_only_words(book, sign_in):
    book(start=NOON, event_type="<script>alert(1)</script>", source='/book?utm_source="><script>alert(2)</script>')
    assert "<script>alert" not in sign_in().get("/admin/reports").text
