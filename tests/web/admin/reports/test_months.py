"""A month in one click, and its file in the next."""

import csv
import io
import re
from datetime import datetime
from html import unescape

import pytest

from app.accounts.models import Role


@pytest.fixture(autouse=True)
def noon(moment):
    """It is Tuesday 8 December 2026, 12:00 in London."""
    moment("2026-12-08T12:00Z")


def months(page):
    """The links of the months: their words and where they lead."""
    found = re.search(r'<nav class="months".+?</nav>', page, re.DOTALL)[0]
    return {re.sub(r"<[^>]+>", "", words): unescape(address) for address, words in re.findall(r'<li[^>]*><a href="([^"]+)"[^>]*>(.+?)</a>', found)}


def test_the_last_twelve_months_are_there_this_one_first(sign_in):
    found = months(sign_in().get("/admin/calendar").text)
    assert list(found) == [*(f"{name} 2026" for name in ("Dec", "Nov", "Oct", "Sep", "Aug", "Jul", "Jun", "May", "Apr", "Mar", "Feb", "Jan"))]
    assert found["Mar 2026"] == "/admin/calendar?from=2026-03-01&to=2026-03-31"
    assert found["Feb 2026"] == "/admin/calendar?from=2026-02-01&to=2026-02-28"


@pytest.mark.parametrize(("now", "first"), [("2027-02-28T23:59Z", "Feb 2027"), ("2027-03-31T23:30Z", "Apr 2027"), ("2028-02-29T12:00Z", "Feb 2028")])
def test_this_month_is_that_of_the_owners_clocks(sign_in, moment, now, first):
    moment(now)
    found = list(months(sign_in().get("/admin/calendar").text))
    assert (found[0], len(set(found))) == (first, 12)


def test_the_other_filters_go_along_and_the_tab_does_not(sign_in, book):
    book(event_type="paid")
    page = sign_in().get("/admin/calendar?view=upcoming&type=paid&q=ines&from=2026-03-01&to=2026-03-31").text
    assert months(page)["Apr 2026"] == "/admin/calendar?q=ines&type=paid&from=2026-04-01&to=2026-04-30"
    assert page.count('aria-current="true">Mar<') == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_file_of_march_holds_march_on_the_owners_clocks_whatever_became_of_the_bookings(sign_in, book):
    def at(moment, **values):
        start = datetime.fromisoformat(moment)
        return book(start=start, end=start, **values)

    at("2026-02-28T23:59Z")
    march = [at("2026-03-01T00:00Z"), at("2026-03-29T01:30Z", status="cancelled"), at("2026-03-31T22:59Z", status="pending")]
    at("2026-03-31T23:00Z")  # midnight in London, where summer has begun
    foreign = at("2026-03-12T10:00Z", host_email="other@example.com")
    address = months(sign_in().get("/admin/calendar").text)["Mar 2026"]
    page = sign_in(email="second@example.com").get(address).text
    csv_file = unescape(re.search(r'href="(/admin/calendar\.csv[^"]*)"', page)[1])
    rows = csv.DictReader(io.StringIO(sign_in(email="third@example.com").get(csv_file).data.decode("utf-8-sig"), newline=""))
    assert sorted(row["Number"] for row in rows) == sorted([*march, foreign])
    host = sign_in(role=Role.HOST, email="host@example.com").get(csv_file).text
    assert foreign not in host
