"""What every answer of the API has in common: errors, limits, other people's pages."""

import pytest
from flask import abort

from app.accounts.tokens import Scope

SHOP = "https://shop.example.com"


@pytest.fixture
def shared(make_app):
    """A browser for a site that lets one other origin read."""
    return make_app(API_CORS_ORIGINS=[SHOP]).test_client()


@pytest.mark.parametrize(("path", "method", "status"), [("/api/nothing", "GET", 404), ("/api/bookings", "DELETE", 405), ("/api/openapi.json", "POST", 405)])
def test_addresses_and_methods_that_are_not_there(client, path, method, status):
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.content_type, answer.json["status"]) == (status, "application/problem+json", status)
    assert answer.json["type"] == "about:blank"
    if status == 405:
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("status", [400, 403, 413, 429, 500, 503])
def test_whatever_breaks_is_told_as_a_problem_without_details_of_ours(make_app, status):
    app = make_app()
    app.testing = False

    def boom():
        if status == 500:
            raise RuntimeError("secret detail")
        abort(status)

    app.add_url_rule("/api/boom", "boom", boom)
    answer = app.test_client().get("/api/boom")
    assert (answer.status_code, answer.content_type, answer.json["status"]) == (status, "application/problem+json", status)
    assert "secret detail" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_body_that_is_too_large_is_refused(ask, token):
    answer = ask("/bookings/sync", token(Scope.SYNC), method="post", data=b"x" * 1_000_001, content_type="application/json")
    assert (answer.status_code, answer.content_type) in {(413, "application/problem+json"), (409, "application/problem+json")}


def test_the_limit_counts_by_token_and_says_when_to_come_back(ask, token, monkeypatch):
    greedy, modest = token(), token()
    answers = [ask("/bookings", greedy) for _ in range(301)]
    assert answers[0].headers["X-RateLimit-Limit"] == "300"
    assert answers[0].headers["X-RateLimit-Remaining"] == "299"
    last = answers[-1]
    assert (last.status_code, last.content_type, last.headers["X-RateLimit-Remaining"]) == (429, "application/problem+json", "0")
    assert 0 < int(last.headers["Retry-After"]) <= 60
    assert ask("/bookings", modest).status_code == 200


def test_tokens_that_are_made_up_share_the_limit_of_their_address(ask):
    answers = [ask("/event-types", f"frontdesk_{number}").status_code for number in range(61)]
    assert set(answers[:60]) == {401}
    assert answers[60] == 429


def test_no_other_page_may_read_unless_it_is_listed(client, shared):
    for browser, origin in (
        (client, SHOP),
        (shared, "https://evil.example.com"),
        (shared, "null"),
        (shared, "https://shop.example.com.evil.example"),
        (shared, ""),
    ):
        answer = browser.get("/api/openapi.json", headers={"Origin": origin})
        assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]
        assert "Origin" in answer.headers["Vary"]
        preflight = browser.options("/api/bookings", headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
        assert "Access-Control-Allow-Origin" not in preflight.headers


def test_a_listed_page_may_read_answers_and_errors_never_with_credentials(shared):
    for path in ("/api/openapi.json", "/api/bookings", "/api/nothing"):
        answer = shared.get(path, headers={"Origin": SHOP})
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "WWW-Authenticate" in answer.headers["Access-Control-Expose-Headers"]


def test_the_question_before_the_question_is_answered_without_a_token(shared):
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}
    answer = shared.options("/api/bookings/sync", headers=asked)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Max-Age"] == "600"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_deliveries_are_nobody_elses_business(make_app):
    answer = make_app(API_CORS_ORIGINS=[SHOP]).test_client().post("/api/webhooks/cal", data=b"{}", headers={"Origin": SHOP})
    assert answer.status_code == 401
    assert "Access-Control-Allow-Origin" not in answer.headers
