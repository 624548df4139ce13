"""What holds at every address, found in the URL map: nothing leads away, nothing is framed, kept or told to others."""

from urllib.parse import urljoin, urlsplit

import pytest

from app.accounts import sessions, staff
from app.accounts.models import Role
from app.accounts.sessions import Browser
from app.db import transaction
from tests.conftest import token_in

WORDS = {"number": 1, "reference": "R1000", "act": "cancel", "token": "x", "kind": "confirmation"}
FRAMED_BY_US = {"admin.mail_body", "admin.mail_sample_body", "admin.settings_preview", "demo.body"}
"""Pages that our own pages show in a frame without rights."""
NAMES = ("next", "url", "return", "return_to", "returnTo", "redirect", "redirect_uri", "continue", "back", "goto", "dest", "from", "page", "path", "q", "state")
EVIL = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https:/evil.example", "https://evil.example/",
    "%2f%2fevil.example", "/%2fevil.example", "/%5cevil.example", "/admin/..//evil.example", "/admin/%2e%2e//evil.example", "/admin/@evil.example",
    "javascript:alert(1)", "\thttps://evil.example", "/\t/evil.example", "//evil%E3%80%82example", "/admin/\r\nLocation: https://evil.example",
)  # fmt: skip
HOME = "localhost"


@pytest.fixture
def app(make_app):
    """One database is enough here. Forms need no token: what they do with what they are told is looked at."""
    app = make_app(SERVICE_TOKEN="s" * 40)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        yield app


@pytest.fixture
def owner(app):
    """`owner()`: a browser in which an owner is signed in, each time in a session of its own."""
    with transaction() as session:
        number = staff.create(session, email="owner@example.com", password="a good password", role=Role.OWNER).id

    def enter():
        browser = app.test_client()
        with transaction() as session:
            token = sessions.begin(session, staff_id=number, how="password", browser=Browser("Firefox", ""))
        with browser.session_transaction() as session:
            session["_user_id"] = token
        return browser

    return enter


def addresses(app, method):
    for rule in app.url_map.iter_rules():
        if method in rule.methods:
            yield rule.endpoint, rule.build({name: WORDS.get(name, "x") for name in rule.arguments})[1]


def leads_to(answer):
    """The host that a browser goes to next; it takes `\\` for `/` and overlooks tabs and ends of lines."""
    said = answer.headers.get("Location", "").translate({9: None, 10: None, 13: None}).replace("\\", "/")
    return urlsplit(urljoin(f"http://{HOME}{answer.request.path}", said)).hostname


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("evil", EVIL[::4])
def test_nothing_that_an_address_says_leads_away(app, owner, evil, signed_in):
    browser, asked = owner() if signed_in else app.test_client(), 0
    for endpoint, path in addresses(app, "GET"):
        answer = browser.get(path, query_string=dict.fromkeys(NAMES, evil))
        assert leads_to(answer) == HOME, (endpoint, answer.headers.get("Location"))
        answer.close()
        asked += 1
    assert asked > 80


@pytest.mark.parametrize("evil", EVIL[1:5:3])
def test_nothing_that_a_form_says_leads_away(app, owner, evil):
    for endpoint, path in addresses(app, "POST"):
        for browser in (owner(), app.test_client()):
            answer = browser.post(path, data=dict.fromkeys(NAMES, evil), headers={"Referer": "https://evil.example/"})
            assert leads_to(answer) == HOME, (endpoint, answer.headers.get("Location"))


@pytest.mark.parametrize("evil", EVIL)
def test_the_way_back_after_the_door_and_the_code_is_ours(app, owner, evil):
    """The door keeps what was wanted through the form and the second step; the page that is reached says nothing of it."""
    owner()
    stranger = app.test_client()
    page = stranger.get("/admin/sign-in", query_string={"next": evil}).text
    assert 'value="/admin/' in page
    form = {"email": "owner@example.com", "password": "a good password", "next": evil}
    answer = stranger.post("/admin/sign-in", data=form)
    assert (answer.status_code, leads_to(answer)) == (302, HOME)
    assert answer.location.startswith("/admin/")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_answer_is_guarded_against_frames_guesses_of_its_kind_and_leaks_by_the_referrer(app, owner, method):
    asked = 0
    for endpoint, path in addresses(app, method):
        for browser in (owner(), app.test_client()):
            answer = browser.open(path, method=method)
            headers, asked = answer.headers, asked + 1
            said = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
            ours = "'self'" if endpoint in FRAMED_BY_US and answer.status_code == 200 else "'none'"
            assert said["frame-ancestors"] == ours, endpoint
            assert headers["X-Frame-Options"] == ("SAMEORIGIN" if ours == "'self'" else "DENY"), endpoint
            assert headers["X-Content-Type-Options"] == "nosniff", endpoint
            assert headers["Referrer-Policy"] in {"strict-origin-when-cross-origin", "no-referrer"}, endpoint
            assert headers.get("Cross-Origin-Opener-Policy") == (None if ours == "'self'" else "same-origin"), endpoint
            assert "unsafe-inline" not in said.get("script-src", "") + said.get("default-src", ""), endpoint
            assert "Server" not in headers or "/" not in headers["Server"], endpoint
            if endpoint.startswith("admin.") or "Set-Cookie" in headers:
                assert "no-store" in headers.get("Cache-Control", "") or "private" in headers.get("Cache-Control", ""), endpoint
            for cookie in headers.getlist("Set-Cookie"):
                assert "HttpOnly" in cookie, (endpoint, cookie)
                assert "SameSite=Lax" in cookie, (endpoint, cookie)
            answer.close()
    assert asked > 100


def test_a_session_that_somebody_planted_does_not_become_that_of_the_person_who_signs_in(app, owner):
    owner()
    attacker, victim = app.test_client(), app.test_client()
    attacker.get("/admin/sign-in")
    planted = attacker.get_cookie("session").value
    victim.set_cookie("session", planted)
    form = {"email": "owner@example.com", "password": "a good password", "csrf_token": token_in(victim.get("/admin/sign-in").text)}
    assert victim.post("/admin/sign-in", data=form).status_code == 302
    assert victim.get("/admin/calendar").status_code == 200
    assert victim.get_cookie("session").value != planted
    assert attacker.get("/admin/calendar").status_code == 302
    attacker.set_cookie("session", planted)
    assert attacker.get("/admin/calendar").status_code == 302
