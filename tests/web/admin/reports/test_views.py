"""Week, month and day as staff see them."""

import re
from datetime import date, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.bookings.question import Filters
from app.reports.days import Day, days
from app.web.admin.reports.grid import LANES, column, hours
from tests.web.admin.conftest import NOON

LONDON = "Europe/London"


def on(text):
    """A moment given as it is in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


def of(day, **options):
    return days(Filters(), **({"first": date.fromisoformat(day), "count": 1, "zone": LONDON, "each": 40} | options))[0]


def titles(page, what):
    return re.findall(rf'<{what}[^>]*data-key="(R\d+)', page.text)


def test_a_day_has_what_begins_on_it_on_the_owners_clocks(book):
    early, late = book(start=on("2026-07-06T23:00")), book(start=on("2026-07-07T22:59"))
    book(start=on("2026-07-06T22:59"), end=on("2026-07-06T23:00"))
    book(start=on("2026-07-07T23:00"))
    assert [each.reference for each in of("2026-07-07").bookings] == [early, late]


@pytest.mark.parametrize(("day", "hours_of_day", "clocks"), [("2026-03-29", 23, 60), ("2026-10-25", 25, -60), ("2026-12-08", 24, 0)])
def test_the_days_on_which_clocks_change_are_shorter_and_longer(app, day, hours_of_day, clocks):
    found = of(day)
    assert (found.ends - found.begins, found.clocks) == (timedelta(hours=hours_of_day), clocks)


def test_what_reaches_over_midnight_stands_on_both_days_and_what_is_long_on_all(book):
    night = book(start=on("2026-12-08T23:00"), end=on("2026-12-09T01:00"))
    long = book(start=on("2026-12-07T10:00"), end=on("2026-12-10T10:00"))
    until = book(start=on("2026-12-08T22:00"), end=on("2026-12-09T00:00"))
    found = days(Filters(), first=date(2026, 12, 7), count=5, zone=LONDON, each=40)
    assert [[each.reference for each in day.bookings] for day in found] == [[long], [long, until, night], [long, night], [long], []]
    assert [day.count for day in found] == [1, 3, 2, 1, 0]
    alone = of("2026-12-09")
    assert [each.reference for each in alone.bookings] == [long, night]


def test_only_so_many_are_read_and_the_rest_is_counted(book):
    first, *_ = [book(start=NOON + timedelta(minutes=number)) for number in range(7)]
    book(start=NOON, status="cancelled")
    found = of("2026-12-08", each=3)
    assert (found.bookings[0].reference, len(found.bookings), found.count, found.more, found.gone) == (first, 3, 7, 4, 1)
    cancelled = days(Filters(status="cancelled"), first=date(2026, 12, 8), count=1, zone=LONDON, each=3)[0]
    assert (cancelled.count, cancelled.gone) == (1, 0)


def test_bookings_that_overlap_stand_beside_each_other_and_a_fourth_is_folded(book):
    for minutes in (0, 0, 15, 15):
        book(start=NOON + timedelta(minutes=minutes))
    book(start=NOON + timedelta(hours=2))
    made = column(of("2026-12-08"), zone=LONDON)
    assert [(block.row, block.rows, block.lane, block.lanes) for block in made.blocks] == [
        (48, 2, 0, LANES),
        (48, 2, 1, LANES),
        (49, 2, 2, LANES),
        (56, 2, 0, 1),
    ]
    assert made.folded == 1


def test_bookings_one_after_the_other_share_a_lane(book):
    for minutes in (0, 30, 60):
        book(start=NOON + timedelta(minutes=minutes))
    assert {(block.lane, block.lanes) for block in column(of("2026-12-08"), zone=LONDON).blocks} == {(0, 1)}


def test_an_hour_that_comes_twice_says_which_it_is_and_stands_beside_itself(book):
    book(start=on("2026-10-25T00:30"))
    book(start=on("2026-10-25T01:30"))
    blocks = column(of("2026-10-25"), zone=LONDON).blocks
    assert [block.times for block in blocks] == ["01:30 (BST)–01:00 (GMT)", "01:30 (GMT)–02:00"]
    assert {block.lanes for block in blocks} == {2}


def test_over_the_missing_hour_a_meeting_ends_later_on_the_wall(book):
    book(start=on("2026-03-29T00:45"), end=on("2026-03-29T01:15"))
    (block,) = column(of("2026-03-29"), zone=LONDON).blocks
    assert (block.times, block.row, block.rows) == ("00:45–02:15", 3, 6)


def test_a_booking_of_a_whole_day_stands_above_the_hours(book):
    book(start=on("2026-12-08T00:00"), end=on("2026-12-09T00:00"))
    made = column(of("2026-12-08"), zone=LONDON)
    assert ([block.times for block in made.whole], made.blocks) == (["all day"], [])


def test_a_week_shows_the_usual_hours_and_those_it_needs(book):
    quiet = [column(Day(date(2026, 12, 8), NOON, NOON + timedelta(days=1)), zone=LONDON)]
    assert hours(quiet) == range(8, 18)
    book(start=on("2026-12-08T06:45"))
    book(start=on("2026-12-08T23:50"), end=on("2026-12-08T23:55"))
    assert hours([column(of("2026-12-08"), zone=LONDON)]) == range(6, 24)


@pytest.mark.parametrize("layout", ["week", "month"])
def test_the_span_and_the_filters_stand_in_the_address(book, sign_in, layout):
    desk, wanted, other = sign_in(), book(event_type="paid"), book()
    page = desk.get(f"/admin/calendar/{layout}?type=paid")
    assert titles(page, "li") == [wanted]
    assert 'aria-current="date"' in page.text
    following = re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&")
    assert "type=paid" in following
    assert titles(desk.get(following), "li") == []
    assert 'aria-current="date"' not in desk.get("/admin/calendar/week?day=2031-01-01").text
    assert other in desk.get(f"/admin/calendar/{layout}?day=nonsense").text
    exported = re.search(r'href="([^"]+calendar.csv[^"]*)"', page.text)[1].replace("&amp;", "&")
    assert wanted in desk.get(exported).text


@pytest.mark.parametrize("path", ["/admin/calendar/week", "/admin/calendar/month", "/admin/calendar/day/2026-12-09"])
def test_a_host_sees_the_own_bookings_only(book, sign_in, path):
    own, foreign = book(host_email="Host@example.com"), book(host_email="other@example.com")
    page = sign_in(role=Role.HOST, email="host@example.com").get(f"{path}?host=other@example.com").text
    assert own in page
    assert foreign not in page
    assert "other@example.com" not in page.replace(f"{path}?host=other@example.com", "")


def test_many_bookings_are_folded_with_the_way_to_all_of_them(book, sign_in):
    for number in range(6):
        book(start=NOON + timedelta(minutes=number))
    desk = sign_in()
    assert re.search(r'href="/admin/calendar/day/2026-12-08">2 more<', desk.get("/admin/calendar/month").text)
    assert re.search(r'href="/admin/calendar/day/2026-12-08">3 more<', desk.get("/admin/calendar/week").text)
    assert desk.get("/admin/calendar/day/2026-12-08").text.count('scope="row"') == 6


def test_a_day_has_place_guests_and_answers_but_no_address_at_calcom(book, sign_in):
    answers = {
        "notes": {"label": "What is it about?", "value": "The lease"},
        "name": {"label": "Name", "value": "Ines"},
        "x": {"label": "X", "value": "y", "hidden": True},
    }
    people = [{"name": "Ines Example", "email": "ines@example.org"}, {"name": "Guest Person", "email": "g@example.org"}]
    book(start=NOON, answers=answers, attendees=people, location="https://app.cal.com/video/longuid1000abcdef", payment="due")
    page = sign_in().get("/admin/calendar/day/2026-12-08").text
    for said in ("12:00–12:30", "Ines Example", "Guest Person", "What is it about?", "The lease", "By video", "Payment: due"):
        assert said in page
    assert "longuid" not in page
    assert "<dt>X</dt>" not in page
    assert "<dt>Name</dt>" not in page


def test_a_day_that_is_none_is_said_to_be_none(sign_in):
    desk = sign_in()
    for wrong in ("2026-13-01", "tomorrow", "0001-01-01"):
        answer = desk.get(f"/admin/calendar/day/{wrong}")
        assert answer.status_code == 404
        assert "names one" in answer.text


def test_empty_spans_say_so(sign_in):
    desk = sign_in()
    assert "Nothing is booked in December 2026" in desk.get("/admin/calendar/month").text
    assert "Nothing is booked for this day" in desk.get("/admin/calendar/day/2026-12-08").text
    assert "Nothing fits the filters" in desk.get("/admin/calendar/day/2026-12-08?type=paid").text


def test_the_change_of_clocks_is_said(sign_in):
    desk = sign_in()
    assert "Clocks go back" in desk.get("/admin/calendar/week?day=2026-10-25").text
    assert "Clocks go forward: this day has 23 hours" in re.sub(r"<[^>]+>", "", desk.get("/admin/calendar/day/2026-03-29").text)
    assert "Clocks" not in desk.get("/admin/calendar/month?day=2026-12-01").text


def test_hostile_words_are_only_words(book, sign_in):
    evil = "<script>alert(1)</script>"
    book(start=NOON, booker_name=evil, title=evil, location=evil, answers={"a": {"label": evil, "value": evil}})
    desk = sign_in()
    for path in ("week", "month", "day/2026-12-08"):
        assert "<script>alert" not in desk.get(f"/admin/calendar/{path}").text
