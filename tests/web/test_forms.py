"""Forms of others, addresses of others, hosts of others: what every route refuses, found in the URL map."""

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.accounts import sessions, staff
from app.accounts.models import Role
from app.accounts.sessions import Browser
from app.db import transaction
from app.web.access import local_path
from tests.conftest import token_in

BY_OTHER_MEANS = {
    "webhooks.deliver": 401,
    "tokens.managed_user": 400,
    "public.unsubscribe_now": 404,
    "public.moments": 403,
    "api.sync_bookings": 401,
    "api.sync_event_types": 401,
}
"""Posts without a form of ours: a signature, a token, a link, the origin; what they answer a browser that is signed in and has none."""
WORDS = {"number": 1, "reference": "R1000", "act": "cancel", "token": "x", "kind": "confirmation"}


@pytest.fixture
def app(make_app):
    """One database is enough here."""
    app = make_app(SERVICE_TOKEN="s" * 40)
    with app.app_context():
        yield app


@pytest.fixture
def owner(app):
    """A browser in which an owner is signed in."""
    browser = app.test_client()
    with transaction() as session:
        number = staff.create(session, email="owner@example.com", password="a good password", role=Role.OWNER).id
        token = sessions.begin(session, staff_id=number, how="password", browser=Browser("Firefox", ""))
    with browser.session_transaction() as session:
        session["_user_id"] = token
    return browser


def addresses(app, method):
    for rule in app.url_map.iter_rules():
        if method in rule.methods:
            yield rule.endpoint, rule.build({name: WORDS.get(name, "x") for name in rule.arguments})[1]


def test_no_post_is_done_without_the_token_of_a_form_of_ours(app, owner):
    found, refused = set(), 0
    for endpoint, path in addresses(app, "POST"):
        for form in ({}, {"csrf_token": "forged"}):
            answer = owner.post(path, data=form, headers={"Origin": "https://evil.example"})
            assert answer.status_code == BY_OTHER_MEANS.get(endpoint, 400), (endpoint, answer.status_code)
            refused += 1
        found.add(endpoint)
    assert found >= set(BY_OTHER_MEANS)
    assert refused > 60
    assert owner.get("/admin/account").status_code == 200


def test_a_token_of_another_session_is_none(app, owner):
    stranger = app.test_client()
    token = token_in(stranger.get("/admin/sign-in").text)
    assert owner.post("/admin/account/sessions/end", data={"csrf_token": token}).status_code == 400


def test_no_address_answers_to_a_host_that_is_not_ours(app, owner):
    asked = 0
    for method in ("GET", "POST"):
        for endpoint, path in addresses(app, method):
            answer = owner.open(path, method=method, headers={"Host": "evil.example"})
            assert answer.status_code == 400, (endpoint, method, answer.status_code)
            assert "evil.example" not in str(answer.headers)
            assert answer.mimetype.endswith("json") or "evil.example" not in answer.text
            answer.close()
            asked += 1
    assert asked > 100


def test_a_forwarded_host_moves_no_link(app, owner):
    for headers in ({"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}, {"X-Original-Host": "evil.example"}):
        answer = owner.get("/admin/account", headers=headers)
        assert (answer.status_code, "evil.example" in answer.text + str(answer.headers)) == (200, False)


TRICKS = [
    "/", "//", "\\", "admin", "/admin/", "..", ".", "%2e%2e", "%2f", "%5c", "@", ":", "https:", "javascript:", "evil.example", "?", "#", "&",
    "\t", "\n", "\x00", ";", " ", "．", "/%09/",
]  # fmt: skip
PARTS = st.sampled_from(TRICKS)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=8).map("".join), st.lists(PARTS, max_size=8).map(lambda parts: "/admin/" + "".join(parts))))
@example("https://evil.example/admin/")
@example("//evil.example/admin/")
@example("/admin/\\evil.example")
@example("/admin/../../evil.example")
@example("///evil.example")
def test_signing_in_leads_nowhere_but_into_the_admin_area(wanted):
    found = local_path(wanted)
    landed = urlsplit(urljoin("http://localhost/admin/sign-in", unquote(found).replace("\\", "/")))
    assert (landed.scheme, landed.netloc) == ("http", "localhost")
    assert landed.path.startswith("/admin")
    assert not any(ord(sign) < 33 for sign in found)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/admin/", "/\\evil.example", "/admin/\r\nSet-Cookie: a=b", "/admin/../..//evil.example"]
)
def test_no_way_in_leads_away(app, owner, wanted):
    """The form carries it, the page shows it, signed-in people are sent on: each of them asks `local_path`."""
    sent = owner.get("/admin/sign-in", query_string={"next": wanted})
    assert sent.location == "/admin/"
    stranger = app.test_client()
    page = stranger.get("/admin/sign-in", query_string={"next": wanted}).text
    assert "evil" not in page
    form = {"csrf_token": token_in(page), "email": "owner@example.com", "password": "a good password", "next": wanted}
    answer = stranger.post("/admin/sign-in", data=form)
    assert (answer.status_code, answer.location) == (302, "/admin/")


def test_cookies_are_ours_alone_on_https(make_app):
    app = make_app(SITE_URL="https://book.example.com", TRUSTED_HOSTS=["book.example.com"])
    with app.app_context():
        with transaction() as session:
            staff.create(session, email="owner@example.com", password="a good password")
        browser = app.test_client()
        base = {"base_url": "https://book.example.com"}
        page = browser.get("/admin/sign-in", **base)
        form = {"csrf_token": token_in(page.text), "email": "owner@example.com", "password": "a good password"}
        answer = browser.post("/admin/sign-in", data=form, headers={"Referer": "https://book.example.com/admin/sign-in"}, **base)
        cookies = [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "__Host-known"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert not any(part.startswith("Domain") for part in parts)
    assert answer.location == "/admin/"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_form_from_another_site_is_refused_on_https_even_with_the_token(make_app):
    app = make_app(SITE_URL="https://book.example.com", TRUSTED_HOSTS=["book.example.com"])
    browser, base = app.test_client(), {"base_url": "https://book.example.com"}
    token = token_in(browser.get("/admin/sign-in", **base).text)
    answer = browser.post("/admin/sign-in", data={"csrf_token": token}, headers={"Referer": "https://evil.example/"}, **base)
    assert answer.status_code == 400
