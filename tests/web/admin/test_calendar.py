import json
import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from urllib.parse import quote

import pytest

from app.accounts.models import Role
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
        "after=zzz",
        "before=WzEsMl0=",
        "q=%00",
        "type=%00",
        "host=%00",
        "source=%00",
        "payment=nonsense",
        "sort=nonsense",
        "after=%ff",
    ],
)
def test_what_a_url_says_wrong_is_as_if_it_were_not_there(book, desk, query):
    reference = book()
    assert reference in shown(desk.get(f"/admin/calendar?{query}"))


def test_a_bookmark_with_an_endless_number_is_no_bookmark(book, desk):
    reference = book()
    for said in (["start", 0, 10**30], ["start", 10**30, 1], ["start", True, 1], ["start"], ["guest", 0, 1], {"start": 1}, 7):
        mark = urlsafe_b64encode(json.dumps(said).encode()).decode()
        assert shown(desk.get(f"/admin/calendar?after={mark}")) == [reference]


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


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("host=RITA@example.com", {"host_email": "Rita@Example.com"}),
        ("payment=paid", {"payment": "paid"}),
        ("payment=due", {"payment": "due", "status": "awaiting_payment"}),
        ("source=campaign:spring", {"source": "/book/ada?utm_source=Spring&utm_medium=mail"}),
        ("source=site:blog.example", {"source": "/book/ada?referrer=blog.example"}),
        ("source=page:/book/ada/intro/times", {"source": "/book/ada/intro/times"}),
        ("q=guest", {"attendees": [{"name": "Ines", "email": "ines@example.org"}, {"name": "Gustav Guest", "email": "g@example.net"}]}),
        ("q=g@example.net", {"attendees": [{"name": "", "email": "G@Example.net"}]}),
    ],
)
def test_each_filter_finds_what_it_names_and_nothing_else(book, desk, query, values):
    found = book(**values)
    book(source="/consultation")
    assert shown(desk.get(f"/admin/calendar?{query}")) == [found]


def test_what_was_made_at_cal_com_alone_has_a_source_of_its_own(book, desk):
    made_there = book()
    book(source="/book")
    assert shown(desk.get("/admin/calendar?source=elsewhere")) == [made_there]
    page = desk.get("/admin/calendar").text
    assert '<option value="elsewhere">Made at Cal.com</option>' in page
    assert '<option value="page:/book">Page /book</option>' in page


def test_the_middle_of_a_word_is_not_its_beginning(book, desk):
    book(booker_name="Ines Example")
    assert shown(desk.get("/admin/calendar?q=xample")) == []
    assert "at the beginning of a word" in desk.get("/admin/calendar?q=xample").text


def test_accents_and_case_do_not_matter(book, desk):
    found = book(booker_name="Zoë MÜLLER-Straße")
    for text in ("zoe", "ZOË", "muller", "müll", "strasse", "zoe mul"):
        assert shown(desk.get("/admin/calendar", query_string={"q": text})) == [found], text


def test_every_word_has_to_be_there(book, desk):
    found = book(booker_name="Ada Lovelace")
    book(booker_name="Ada Byron")
    assert shown(desk.get("/admin/calendar?q=ada+lov")) == [found]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("guest", "CAB"), ("-guest", "BAC"), ("booked", "ABC"), ("-booked", "CBA"), ("host", "BCA"), ("-host", "ACB"), ("type", "ACB"), ("-type", "BCA"),
        ("start", "BAC"), ("-start", "CAB"),
    ],
)  # fmt: skip
def test_the_heads_of_the_columns_sort(book, desk, sort, order):
    days = {"A": 2, "B": 1, "C": 3}
    names, hosts, types = (
        {"A": "bob", "B": "Çelik", "C": "Ann"},
        {"A": "z@example.com", "B": "a@example.com", "C": "B@example.com"},
        {"A": "a", "B": "c", "C": "b"},
    )
    made = {
        key: book(
            reference=f"REF{key}", booker_name=names[key], start=NOON + timedelta(days=days[key]), host_email=hosts[key], event_type=types[key],
            booked_at=NOON - timedelta(days=ord("Z") - ord(key)),
        )
        for key in "ABC"
    }  # fmt: skip
    page = desk.get(f"/admin/calendar?sort={sort}")
    assert shown(page) == [made[key] for key in order]
    by = sort.removeprefix("-")
    assert f'aria-sort="{"descending" if sort.startswith("-") else "ascending"}"' in page.text
    toggled = by if sort.startswith("-") else f"-{by}"
    assert f'href="/admin/calendar?sort={toggled}"' in page.text


def test_a_sorted_list_names_the_day_in_each_row(book, desk):
    book(booker_name="Ann")
    page = desk.get("/admin/calendar?sort=guest").text
    assert "Wed 9 Dec 2026, 12:00" in page
    assert 'class="day"' not in page


def test_the_number_is_honest_beyond_what_is_counted(book, desk, monkeypatch):
    monkeypatch.setattr("app.bookings.finding.MANY", 2)
    for _ in range(3):
        book()
    assert "3 bookings coming up" in desk.get("/admin/calendar").text, "what stands on one page is counted with it"
    for _ in range(48):
        book()
    assert "more than 2 bookings coming up" in desk.get("/admin/calendar").text


def test_a_host_sees_the_own_bookings_under_every_filter(book, sign_in):
    mine = {"host_email": "Robin@example.com"}
    theirs = {
        "host_email": "other@example.com",
        "booker_name": "Secret Person",
        "event_type": "secret-type",
        "source": "/book?utm_source=secret",
        "payment": "paid",
    }
    own = book(**mine)
    book(**theirs)
    book(**theirs, status="cancelled", start=NOON - timedelta(days=3))
    host = sign_in(role=Role.HOST, email="robin@example.com")
    narrowing = ["", "view=all", "view=past", "status=cancelled", "status=confirmed", "type=secret-type", "host=other@example.com", "payment=paid",
                 "source=campaign:secret", "q=secret", "q=person", "q=other", "from=2026-01-01&to=2026-12-31", "sort=host", "sort=-guest&view=all",
                 "sort=-booked&view=all", "sort=type"]  # fmt: skip
    for query in narrowing:
        page = host.get(f"/admin/calendar?{query}")
        assert set(shown(page)) <= {own}, query
        assert "Secret Person" not in page.text
        assert "campaign:secret" not in page.text or "source=" in query, "a source that only others have is not offered"
    assert shown(host.get("/admin/calendar?host=other@example.com")) == [own], "whose bookings are seen is not the URL's to say"
    assert '<option value="other@example.com"' not in host.get("/admin/calendar").text
