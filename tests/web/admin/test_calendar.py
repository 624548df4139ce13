import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from app.bookings import queries
from app.bookings.queries import Filters
from tests.web.admin.conftest import NOON

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


@pytest.fixture
def desk(sign_in):
    return sign_in()


def shown(answer):
    assert answer.status_code == 200
    return re.findall(r'data-key="(\w+)"', answer.text)


def test_the_first_page_shows_what_is_coming_up_soonest_first(book, desk):
    later = book(start=NOON + timedelta(days=3))
    running = book(start=NOON - timedelta(minutes=10))
    past = book(start=NOON - timedelta(days=1))
    assert shown(desk.get("/admin/calendar")) == [running, later]
    assert shown(desk.get("/admin/calendar?view=past")) == [past]
    assert shown(desk.get("/admin/calendar?view=all")) == [later, running, past]


def test_a_search_looks_everywhere_unless_a_tab_was_chosen(book, desk):
    past, coming = book(start=NOON - timedelta(days=1), booker_name="Zoe Late"), book(booker_name="Zoe Late")
    book()
    assert shown(desk.get("/admin/calendar?q=zoe")) == [coming, past]
    assert shown(desk.get("/admin/calendar?q=zoe&view=upcoming")) == [coming]


@pytest.mark.parametrize("text", ["ADA", "ada@exa", "r1000", "check-up"])
def test_name_address_number_and_title_are_searched(book, desk, text):
    found = book(booker_name="Ada", booker_email="ada@example.net", title="Check-up")
    book()
    assert shown(desk.get(f"/admin/calendar?q={text}")) == [found]


@pytest.mark.parametrize("text", ["%", "_", "\\", "%00", "' OR 1=1 --"])
def test_signs_of_the_query_language_mean_themselves(book, desk, text):
    book()
    found = shown(desk.get("/admin/calendar", query_string={"q": text}))
    assert found == ([] if text != "%00" else found)


def test_status_type_and_dates_narrow_the_list(book, desk):
    pending = book(status="pending", start=NOON + timedelta(days=2))
    paid = book(event_type="paid", start=NOON + timedelta(days=5))
    done = book(start=NOON - timedelta(days=1))
    assert shown(desk.get("/admin/calendar?status=pending")) == [pending]
    assert shown(desk.get("/admin/calendar?status=completed")) == [done]
    assert shown(desk.get("/admin/calendar?type=paid")) == [paid]
    assert shown(desk.get("/admin/calendar?from=2026-12-10&to=2026-12-10")) == [pending]


def test_a_day_is_a_day_in_the_owners_zone(book, make_app, sign_in, app):
    app.extensions["site"] = app.extensions["site"].model_copy(update={"place": app.extensions["site"].place.model_copy(update={"time_zone": "Asia/Tokyo"})})
    evening = book(start=NOON.replace(hour=20))
    page = sign_in().get("/admin/calendar?from=2026-12-09&to=2026-12-09")
    assert shown(page) == [evening]
    assert "Wednesday 9 December 2026" in page.text
    assert "05:00–05:30" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense",
        "status=nonsense",
        "from=2026-13-77",
        "to=0001-01-01",
        "from=9999-12-31",
        "older=zzz",
        "newer=WzEsMl0=",
        "q=%00",
        "type=%00",
        "older=%ff",
    ],
)
def test_what_a_url_says_wrong_is_as_if_it_were_not_there(book, desk, query):
    reference = book()
    assert reference in shown(desk.get(f"/admin/calendar?{query}"))


def test_a_bookmark_with_an_endless_number_is_no_bookmark(book, desk):
    reference = book()
    mark = "WyIyMDI2LTEyLTA4VDEyOjAwOjAwKzAwOjAwIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ=="
    assert shown(desk.get(f"/admin/calendar?older={mark}")) == [reference]


@pytest.mark.parametrize("soonest_first", [True, False])
def test_walking_there_and_back_shows_every_booking_once_even_at_one_time(app, book, soonest_first):
    wanted = [book(start=NOON + timedelta(hours=number // 3)) for number in range(10)]
    wanted = wanted if soonest_first else wanted[::-1]
    pages, mark = [], {}
    while True:
        page = queries.page(Filters(), soonest_first=soonest_first, size=4, **mark)
        pages.append([booking.reference for booking in page.bookings])
        following = page.newer if soonest_first else page.older
        if not following:
            break
        mark = {"newer_than": following} if soonest_first else {"older_than": following}
    assert [reference for references in pages for reference in references] == wanted
    back = page.older if soonest_first else page.newer
    before = queries.page(Filters(), soonest_first=soonest_first, size=4, **({"older_than": back} if soonest_first else {"newer_than": back}))
    assert [booking.reference for booking in before.bookings] == pages[-2]
    first = queries.page(Filters(), soonest_first=soonest_first, size=4)
    assert not (first.older if soonest_first else first.newer)


def test_the_pages_are_linked_with_their_filters(app, book, desk, monkeypatch):
    wanted = [book(event_type="a b", start=NOON + timedelta(hours=number + 1)) for number in range(60)]
    page = desk.get("/admin/calendar?type=a+b&view=upcoming")
    assert "60 bookings coming up" in page.text
    assert shown(page) == wanted[:50]
    following = re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&")
    assert f"type={quote('a b')}" in following or "type=a+b" in following
    second = desk.get(following)
    assert shown(second) == wanted[50:]
    before = re.search(r'href="([^"]+)" rel="prev"', second.text)[1].replace("&amp;", "&")
    assert shown(desk.get(before)) == wanted[:50]


def test_a_hostile_name_is_only_text(book, desk):
    reference = book(booker_name=HOSTILE, booker_email="x@example.org", title=HOSTILE, event_type=HOSTILE, location=HOSTILE, reason=HOSTILE,
                     attendees=[{"name": HOSTILE, "email": HOSTILE, "state": "attending"}], answers={"a": {"label": HOSTILE, "value": HOSTILE}},
                     details={HOSTILE: HOSTILE}, meeting_url="javascript:alert(3)")  # fmt: skip
    for page in (desk.get("/admin/calendar"), desk.get(f"/admin/calendar/{reference}"), desk.get("/admin/calendar", query_string={"q": HOSTILE})):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert 'href="javascript:' not in page.text
        assert "{{7*7}}" in page.text


def test_an_empty_site_says_how_the_first_booking_gets_here(desk):
    page = desk.get("/admin/calendar").text
    assert "No bookings yet" in page
    assert "http://localhost/webhooks/calcom" in page
    assert "No delivery has come so far" in page


def test_a_delivery_without_a_booking_is_good_news(desk, delivered):
    delivered(trigger="PING", state="ignored")
    assert "A delivery has come" in desk.get("/admin/calendar").text


def test_nothing_coming_up_leads_to_the_past(book, desk):
    book(start=NOON - timedelta(days=2))
    page = desk.get("/admin/calendar").text
    assert "Nothing is coming up" in page
    assert "1 booking in the past" in page


def test_no_result_says_what_was_looked_for_and_offers_the_way_out(book, desk):
    book()
    page = desk.get("/admin/calendar?q=zebra&view=past").text
    assert "Nothing has “zebra”" in page
    assert 'href="/admin/calendar?view=all&amp;q=zebra"' in page


def test_a_moved_booking_says_so_beside_its_status(book, desk):
    book(moved=2)
    page = desk.get("/admin/calendar").text
    assert '<span class="badge badge-confirmed">Confirmed</span> <span class="badge badge-moved">Moved</span>' in page
