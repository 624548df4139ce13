"""The page that hears what the booking page tells: what it keeps, and everything that it refuses without a row."""

import json
import re
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.away import DatabaseBusy
from app.browsing.kinds import FROM_BROWSERS
from app.browsing.models import BrowserMoment
from app.db import db
from app.web.public import visitor
from tests.conftest import refresh

OPENED = ["opened", 100, "/book?utm_source=newsletter"]
OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def database_url(request):
    """SQLite; the long form takes PostgreSQL too. What stands beneath is tried on both each time (`tests/browsing`)."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


def rows():
    refresh()
    return list(db.session.scalars(select(BrowserMoment).order_by(BrowserMoment.id)))


@pytest.fixture
def tell(client):
    """`tell([kind, ms], …, headers=OURS, **said)`: as `book.js` does, from a page that was just opened."""
    page = client.get("/book?utm_source=newsletter").text
    token = re.search(r'data-visitor="([^"]+)"', page)[1]

    def post(*moments, headers=OURS, raw=None, **said):
        body = {"visitor": token, "page": "/book", "now": 5000, "moments": list(moments)} | said
        return client.post("/moments", data=raw if raw is not None else json.dumps(body), headers=headers)

    return post


def test_what_a_page_tells_is_kept_with_the_hash_that_a_booking_gets_and_nothing_else(tell, client, moment):
    moment("2026-12-01T09:00Z")
    page = client.get("/book").text
    token = re.search(r'data-visitor="([^"]+)"', page)[1]
    answer = tell(OPENED, ["linkReady", 2100], visitor=token)
    assert (answer.status_code, answer.data) == (204, b"")
    now = clock.now()
    kept = [(row.kind, row.at, row.page, row.about) for row in rows()]
    assert kept == [
        ("opened", now - timedelta(milliseconds=4900), "/book", "/book?utm_source=newsletter"),
        ("linkReady", now - timedelta(milliseconds=2900), "/book", ""),
    ]
    with client.session_transaction() as session:
        secret = session[visitor.KEY][0][0]
    known = visitor.Visitor(secret, now)
    assert {row.visitor_hash for row in rows()} == {known.hash}
    assert token not in str([vars(row) for row in rows()])


def test_the_page_lists_what_it_may_tell_and_all_of_that_is_taken(tell, client):
    page = client.get("/book").text
    names = re.search(r'data-tell="([^"]+)"', page)[1].split()
    assert names == list(FROM_BROWSERS)
    assert 'data-moments="/moments"' in page
    assert tell(*([name, 5] for name in names)).status_code == 204
    assert [row.kind for row in rows()] == names


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_a_browser_that_asks_not_to_be_followed_is_not(header, tell, client):
    page = client.get("/book", headers={header: "1"}).text
    assert "data-tell" not in page
    assert "data-moments" not in page
    assert "data-visitor" in page, "booking works as ever"
    assert tell(OPENED, headers={**OURS, header: "1"}).status_code == 204
    assert rows() == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_only_our_own_pages_are_listened_to(headers, tell):
    assert tell(OPENED, headers=headers).status_code == 403
    assert rows() == []


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_an_older_browser_says_only_one_of_the_two(headers, tell):
    assert tell(OPENED, headers=headers).status_code == 204
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "moments",
    [
        [["opened", 1], ["stolen", 2]],
        [["times-booked", 1]],  # only this site itself says so
        [["linkReady", -1]],
        [["linkReady", 5001]],  # later than now
        [["linkReady", True]],
        [["linkReady", 1.5]],
        [["linkReady", "1"]],
        [["linkReady"]],
        [["linkReady", 1, "u1v2w3"]],  # only the beginning says where from
        [["opened", 1, "x" * 201]],
        [["opened", 1, "line\nbreak"]],
        [["opened", 1, {"uid": "u"}]],
        [["opened", 1, "a", "b"]],
        ["opened"],
        [None],
        [],
        [["linkReady", 1]] * 31,
    ],
)
def test_one_moment_that_is_none_refuses_them_all(moments, tell):
    assert tell(*moments).status_code == 400
    assert rows() == []


@pytest.mark.parametrize(
    "said",
    [
        {"page": "/admin/"},
        {"page": "/book/a/b/c"},
        {"page": "https://evil.example/book"},
        {"page": 7},
        {"now": -1},
        {"now": 10**9},
        {"visitor": 7},
        {"moments": {}},
    ],
)
def test_what_surrounds_them_is_looked_at_as_well(said, tell):
    assert tell(OPENED, **said).status_code == 400
    assert rows() == []


@pytest.mark.parametrize(("raw", "status"), [("", 411), ("no json", 400), ("[]", 400), ("null", 400), ("[" * 3000, 400), ("x" * 4097, 413)])
def test_bodies_that_are_none(raw, status, tell):
    assert tell(raw=raw).status_code == status
    assert rows() == []


def test_the_token_of_another_browser_counts_for_nothing(tell, app):
    foreign = re.search(r'data-visitor="([^"]+)"', app.test_client().get("/book").text)[1]
    assert tell(OPENED, visitor=foreign).status_code == 403
    assert tell(OPENED, visitor="ünknown").status_code == 403
    assert rows() == []


def test_a_page_that_stood_open_too_long_is_not_heard_any_more(tell, moment):
    moment.forward(minutes=61)
    assert tell(OPENED).status_code == 403
    assert rows() == []


def test_a_campaign_with_a_mail_address_in_it_leaves_no_source(tell):
    tell(["opened", 1, "/book?utm_campaign=ada%40example.org"])
    assert [(row.kind, row.about) for row in rows()] == [("opened", "")]


def test_more_than_so_many_a_minute_are_refused_and_booking_goes_on(tell, client):
    answers = [tell(raw="[]").status_code for _ in range(119)]
    answers += [tell(["linkReady", 1]).status_code for _ in range(2)]
    assert answers == [400] * 119 + [204, 429]
    assert len(rows()) == 1
    assert client.get("/book").status_code == 200


def test_a_database_that_is_busy_loses_it_and_says_so(tell, monkeypatch):
    def busy():
        raise DatabaseBusy("taken")

    monkeypatch.setattr(sys.modules["app.web.public.moments"], "transaction", busy)
    assert tell(OPENED).status_code == 503


def test_there_is_nothing_to_read(client):
    assert client.get("/moments").status_code == 405
