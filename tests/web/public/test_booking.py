import html
import json
import re

import pytest
from werkzeug.datastructures import MultiDict

from app.web.public.prefill import from_query, source


def data(page, name):
    found = re.search(rf"""data-{name}=(?:"([^"]*)"|'([^']*)')""", page.text)
    return html.unescape(found[1] or found[2] or "")


def test_the_booking_page_is_itself_even_before_any_script(make_client):
    page = make_client(CALCOM_ORIGIN="https://cal.example.net").get("/book")
    assert re.search(r'<a class="button"[^>]* href="https://cal\.example\.net/acme/consultation\?[^"]*">Open the booking page</a>', page.text)
    assert 'src="https://cal.example.net/embed/embed.js"' in page.text
    assert page.text.index('src="/assets/book.') < page.text.index('src="https://cal.example.net/embed/embed.js"')


def test_link_and_origin_come_from_the_settings(make_client):
    page = make_client(CALCOM_LINK="team/intro", CALCOM_ORIGIN="https://cal.example.net", CALCOM_EMBED_URL="https://cdn.example.net/e.js").get("/book")
    assert data(page, "link") == "team/intro"
    assert data(page, "origin") == "https://cal.example.net"
    assert data(page, "script") == "https://cdn.example.net/e.js"


def test_the_host_and_an_event_type_have_pages_and_strangers_get_a_helpful_404(make_client):
    client = make_client()
    assert data(client.get("/book/acme"), "link") == "acme"
    assert data(client.get("/book/acme/other-type"), "link") == "acme/other-type"
    for path in ("/book/somebody", "/book/somebody/consultation", "/book/acme/a%20b"):
        page = client.get(path)
        assert page.status_code == 404
        assert "Nobody with this name can be booked here" in page.text
        assert 'href="/book"' in page.text


def test_without_a_link_the_page_says_that_booking_opens_later(make_client):
    page = make_client(CALCOM_LINK="").get("/book")
    assert "Booking opens soon" in page.text
    assert "data-embed" not in page.text


def test_on_the_consultation_page_the_calendar_waits_until_it_is_needed(make_client):
    page = make_client().get("/consultation")
    assert "data-lazy" in page.text
    assert "embed.js" not in page.text.replace(data(page, "script"), "")


def test_the_query_of_the_page_reaches_the_calendar(make_client):
    page = make_client().get("/book?name=Ada%20L&email=a@example.org&notes=Hi&metadata[order]=7&utm_source=news&evil=1&theme=x")
    assert json.loads(data(page, "config")) == {"name": "Ada L", "email": "a@example.org", "notes": "Hi", "metadata[order]": "7", "utm_source": "news"}


@pytest.mark.parametrize("key", ["metadata[frontdesk_visitor]", "metadata[frontdesk_source]", "metadata[Frontdesk_Visitor]", "metadata[a][b]", "rescheduleUid"])
def test_reserved_keys_are_never_taken_from_the_query(make_client, key):
    page = make_client().get("/book", query_string={key: "evil"})
    assert json.loads(data(page, "config")) == {}
    assert "evil" not in page.text


def test_values_are_cut_to_length():
    found = from_query(MultiDict({"name": "n" * 999, "notes": "x" * 5000, "metadata[a]": "y" * 999}))
    assert {key: len(value) for key, value in found.items()} == {"name": 120, "notes": 1000, "metadata[a]": 200}
    assert len(from_query(MultiDict({f"metadata[k{number}]": "v" for number in range(100)}))) == 20


def test_markup_in_the_query_stays_text(make_client):
    page = make_client().get("/book", query_string={"name": "'><script>alert(1)</script>"})
    assert "<script>alert" not in page.text
    assert json.loads(data(page, "config"))["name"] == "'><script>alert(1)</script>"


def test_the_source_is_page_campaign_and_referring_site():
    query = MultiDict({"utm_source": "news", "utm_campaign": "may", "other": "x"})
    assert (
        source("/book", query, "https://ref.example.net/deep?secret=1", "book.example.com") == "/book?utm_source=news&utm_campaign=may&referrer=ref.example.net"
    )
    assert source("/book", MultiDict(), "https://book.example.com/", "book.example.com") == "/book"
    assert source("/book", MultiDict(), "http://[broken", "book.example.com") == "/book"


def test_the_way_out_carries_the_prefill_and_the_source_but_not_the_visitor(make_client):
    page = make_client().get("/book?name=Ada")
    link = html.unescape(re.search(r'<a class="button"[^>]* href="([^"]*acme/consultation[^"]*)"', page.text)[1])
    assert "name=Ada" in link
    assert "frontdesk_source" in link
    assert data(page, "visitor") not in link


def test_a_page_with_a_token_is_not_for_shared_caches(make_client):
    assert make_client().get("/book").headers["Cache-Control"] == "private, no-cache"
