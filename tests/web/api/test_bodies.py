"""What a script may send as a body, and what it is told when it will not do."""

import json

import pytest

from app.accounts.tokens import Scope
from app.bookings.models import Status
from tests.web.api.conftest import NOON


@pytest.fixture
def compare(app, ask, token):
    """`compare(body, content_type=…)`: asks for a comparison with this body, at a site that has a key; errors are answers and not exceptions."""
    app.testing = False
    app.extensions["works"].__dict__["desk"] = type("Open", (), {"open": True})()
    secret = token(*Scope)
    return lambda body, content_type="application/json": ask("/bookings/sync", secret, method="post", data=body, content_type=content_type)


def refusal(answer, status):
    assert (answer.status_code, answer.content_type, answer.json["status"]) == (status, "application/problem+json", status)
    return answer.json["detail"]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b'{"kind":NaN}', b'{"kind":' + b"9" * 10_000 + b"}", b"  ", b"{", b"kind=full"]
)
def test_what_is_no_json_is_a_400_however_deep(compare, body):
    assert "not JSON" in refusal(compare(body), 400)


@pytest.mark.parametrize("body", [b"null", b"[]", b'"full"', b"1"])
def test_json_that_is_no_object_is_a_400(compare, body):
    assert "must be a JSON object" in refusal(compare(body), 400)


def test_a_member_that_is_there_twice_is_named(compare):
    answer = compare(b'{"kind": "daily", "kind": "full"}')
    refusal(answer, 400)
    assert answer.json["errors"] == [{"member": "kind", "detail": "given more than once"}]


def test_what_is_allowed_is_said_in_words_of_the_document(compare):
    assert refusal(compare(b'{"kind": "all"}'), 400) == "kind: Input should be 'daily' or 'full'."
    assert "kinds: is not known here" in refusal(compare(b'{"kinds": "full"}'), 400)


def test_too_much_and_of_another_kind(compare):
    refusal(compare(b"x" * 1_000_001), 413)
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        refusal(compare(b"{}", kind), 415)
    for good in (b"", b"{}", b'\xef\xbb\xbf{"kind":"full"}'):
        assert compare(good).status_code == 202
    assert compare(b"{}", "application/json; charset=utf-8").status_code == 202


@pytest.mark.parametrize(("path", "kind"), [("/api", "application/problem+json"), ("/api/", "application/problem+json"), ("/apiary", "text/html")])
def test_the_api_ends_where_its_address_does(client, path, kind):
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, kind)


@pytest.mark.parametrize("order", ["start", "booked"])
@pytest.mark.usefixtures("noon")
def test_pages_lose_and_repeat_nothing_while_others_come_and_change(ask, token, book, order):
    """What nobody touches stands there once, whatever is written between two pages."""
    secret = token()
    still = {book(start=NOON, booked_at=NOON) for _ in range(12)}  # all at one moment: the row decides
    seen, cursor = [], ""
    while cursor is not None:
        answer = ask(f"/bookings?order={order}&limit=2{f'&cursor={cursor}' if cursor else ''}", secret)
        assert answer.status_code == 200
        seen += [each["reference"] for each in answer.json["bookings"]]
        cursor = answer.json["next"]
        if len(seen) < 12:
            book(start=NOON, booked_at=NOON, status=Status.CANCELLED)
            book(start=NOON.replace(hour=1), booked_at=NOON.replace(hour=1))
    assert len(seen) == len(set(seen))
    assert still <= set(seen)


def test_head_and_options_say_what_get_would_and_set_no_cookie(ask, token, book):
    book()
    secret = token(*Scope)
    got, head, options = (ask("/bookings", secret, method=method) for method in ("get", "head", "options"))
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", got.headers["ETag"])
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert not [answer for answer in (got, head, options) if "Set-Cookie" in answer.headers]
    assert json.loads(got.data)["bookings"]
