import re

import pytest

from app.accounts import sessions, staff
from app.accounts.models import AdminUser
from app.db import db, transaction
from app.web.access import local_path
from app.web.admin.account.guesses import network
from tests.conftest import token_in

PASSWORD = "a good password"


@pytest.fixture
def owner(app):
    with transaction() as session:
        return staff.create(session, email="owner@example.com", password=PASSWORD).id


def guess(browser, *, email="owner@example.com", password="wrong", address="192.0.2.1", follow=""):
    form = {"email": email, "password": password, "next": follow, "csrf_token": token_in(browser.get("/admin/sign-in").text)}
    return browser.post("/admin/sign-in", data=form, environ_base={"REMOTE_ADDR": address})


def test_the_right_password_opens_the_page_that_was_wanted(app, owner, client):
    door = client.get("/admin/inbox?state=dead")
    assert door.location == "/admin/sign-in?next=/admin/inbox?state%3Ddead"
    assert guess(client, password=PASSWORD, follow="/admin/inbox?state=dead").location == "/admin/inbox?state=dead"
    assert client.get("/admin/inbox").status_code == 200
    assert db.session.get(AdminUser, owner).last_sign_in_at is not None


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(owner, client):
    def told(answer):
        return re.sub(r'value="[^"]*"', "", answer.text)

    wrong, unknown = guess(client), guess(client, email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert told(wrong) == told(unknown)


def test_signing_in_starts_a_session_that_has_nothing_of_the_one_before(owner, client):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    guess(client, password=PASSWORD)
    with client.session_transaction() as session:
        assert "planted" not in session
        found = sessions.of_token(session["_user_id"])
    assert found is not None
    assert found[1].id == owner


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/admin/\\evil",
        "/admin//\tx",
        "javascript:alert(1)",
        "/book",
        "/admin/../book",
        "",
        "admin/",
    ],
)
def test_nobody_is_sent_away_after_signing_in(owner, client, wanted):
    assert local_path(wanted) == "/admin/"
    assert guess(client, password=PASSWORD, follow=wanted).location == "/admin/"


def test_signing_out_closes_the_door(owner, client):
    guess(client, password=PASSWORD)
    token = token_in(client.get("/admin/calendar").text)
    assert client.post("/admin/sign-out", data={"csrf_token": token}).location == "/admin/sign-in"
    assert client.get("/admin/calendar").status_code == 302


def test_a_form_without_its_token_is_refused(owner, client):
    assert client.post("/admin/sign-in", data={"email": "owner@example.com", "password": PASSWORD}).status_code == 400
    guess(client, password=PASSWORD)
    assert client.post("/admin/sign-out").status_code == 400


def test_a_new_password_ends_every_session(owner, client):
    guess(client, password=PASSWORD)
    with transaction() as session:
        staff.create(session, email="owner@example.com", password="another password")
    assert client.get("/admin/calendar").status_code == 302


def test_after_ten_wrong_guesses_an_account_rests_for_a_quarter_of_an_hour(app, owner, client, moment):
    for at in range(10):
        assert guess(client, address=f"192.0.2.{at}").status_code == 401
    blocked = guess(client, password=PASSWORD, address="192.0.2.99")
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["Retry-After"]) <= 900
    assert "Try again in 15 minutes" in blocked.text
    moment.forward(minutes=15, seconds=1)
    assert guess(client, password=PASSWORD, address="192.0.2.99").status_code == 302


def test_after_ten_wrong_guesses_a_network_rests_whatever_the_account(owner, client):
    for at in range(10):
        assert guess(client, email=f"person{at}@example.com").status_code == 401
    assert guess(client, password=PASSWORD).status_code == 429
    assert guess(client, password=PASSWORD, address="198.51.100.1").status_code == 302


def test_a_right_password_does_not_count(app, owner):
    for _ in range(12):
        assert guess(app.test_client(), password=PASSWORD).status_code == 302


def test_nobody_can_lock_the_owner_out_of_a_browser_that_is_known(app, owner, client):
    guess(client, password=PASSWORD)
    token = token_in(client.get("/admin/calendar").text)
    client.post("/admin/sign-out", data={"csrf_token": token})
    stranger = app.test_client()
    for _ in range(11):
        last = guess(stranger)
    assert last.status_code == 429
    assert guess(client, password=PASSWORD).status_code == 302


def test_a_known_browser_has_ten_guesses_as_well(owner, client):
    guess(client, password=PASSWORD)
    token = token_in(client.get("/admin/calendar").text)
    client.post("/admin/sign-out", data={"csrf_token": token})
    assert [guess(client).status_code for _ in range(11)] == [401] * 10 + [429]


def test_the_mark_of_a_browser_says_nothing_for_another_account(app, owner, client):
    guess(client, password=PASSWORD)
    client.post("/admin/sign-out", data={"csrf_token": token_in(client.get("/admin/calendar").text)})
    stranger = app.test_client()
    for _ in range(10):
        guess(stranger, email="other@example.com")
    assert guess(client, email="other@example.com").status_code == 429


def test_an_ipv6_network_is_one_network():
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("::ffff:192.0.2.7") == "192.0.2.7"
    assert network("not an address") == "not an address"


def test_odd_input_is_a_wrong_password(owner, client):
    assert guess(client, email="a\x00b" * 500, password="p" * 5000).status_code == 401
