import re
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.accounts import guesses, sessions, staff
from app.accounts.models import AdminUser, StaffAct
from app.db import db, transaction
from app.web.access import local_path
from app.web.admin.account.guesses import network
from tests.conftest import token_in

PASSWORD = "a good password"


@pytest.fixture
def owner(app):
    with transaction() as session:
        return staff.create(session, email="owner@example.com", password=PASSWORD).id


def mailed_link(browser, work, mails):
    """Asks for a link; the path in the mail."""
    form = {"email": "owner@example.com", "csrf_token": token_in(browser.get("/admin/sign-in").text)}
    assert "Look into your mail" in browser.post("/admin/sign-in/link", data=form).text
    work()
    return re.search(r"http://localhost(/admin/sign-in/link/\S+)", mails.sent[-1].text)[1]


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


def test_after_ten_wrong_guesses_an_account_rests_for_a_quarter_of_an_hour_in_that_network(app, owner, client, moment):
    for _ in range(10):
        assert guess(client).status_code == 401
    blocked = guess(client, password=PASSWORD)
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["Retry-After"]) <= 900
    assert "Try again in 15 minutes" in blocked.text
    assert guess(app.test_client(), password=PASSWORD, address="198.51.100.1").status_code == 302
    moment.forward(minutes=15, seconds=1)
    assert guess(client, password=PASSWORD).status_code == 302


def test_the_quarter_of_an_hour_is_the_last_one_at_every_moment(owner, client, moment):
    for _ in range(9):
        guess(client)
        moment.forward(minutes=1)
    moment.forward(minutes=5, seconds=30)
    assert [guess(client).status_code for _ in range(2)] == [401, 429]
    moment.forward(minutes=1)
    assert [guess(client).status_code for _ in range(2)] == [401, 429]


def test_a_blocked_try_does_not_prolong_the_wait(owner, client, moment):
    for _ in range(10):
        guess(client)
    moment.forward(minutes=14)
    assert guess(client).headers["Retry-After"] == "60"
    moment.forward(minutes=1, seconds=1)
    assert guess(client, password=PASSWORD).status_code == 302


def test_a_network_rests_after_many_wrong_guesses_whatever_the_accounts(owner, client, monkeypatch):
    monkeypatch.setattr("app.web.admin.account.guesses.MOST_OF_NETWORK", 4)
    codes = [guess(client, email=f"person{at}@example.com").status_code for at in range(5)]
    assert codes == [401] * 4 + [429]
    assert guess(client, password=PASSWORD).status_code == 429
    assert guess(client, password=PASSWORD, address="198.51.100.1").status_code == 302


def test_an_account_rests_after_many_wrong_guesses_from_everywhere_and_the_mailed_link_still_lets_in(owner, client, work, mails, moment, monkeypatch):
    monkeypatch.setattr("app.web.admin.account.guesses.MOST_OF_ACCOUNT", 4)
    for at in range(4):
        assert guess(client, address=f"192.0.2.{at}").status_code == 401
    assert guess(client, password=PASSWORD, address="198.51.100.1").status_code == 429
    path = mailed_link(client, work, mails)
    token = token_in(client.get(path).text)
    assert client.post(path, data={"csrf_token": token}).status_code == 302
    assert client.get("/admin/calendar").status_code == 200


def test_parallel_guesses_cannot_slip_through_between_looking_and_counting(app, owner):
    browsers = [app.test_client() for _ in range(16)]
    tokens = [token_in(browser.get("/admin/sign-in").text) for browser in browsers]
    together, codes = Barrier(16), []

    def send(browser, token):
        together.wait()
        form = {"email": "owner@example.com", "password": "wrong", "csrf_token": token}
        codes.append(browser.post("/admin/sign-in", data=form, environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code)

    people = [Thread(target=send, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(codes) == [401] * 10 + [429] * 6


def test_wrong_guesses_are_one_line_among_the_acts_with_their_number(owner, client):
    for _ in range(12):
        guess(client)
    lines = db.session.scalars(select(StaffAct).order_by(StaffAct.id)).all()
    assert [(line.act, line.subject, line.detail) for line in lines] == [
        ("sign_in.failed", f"staff:{owner}", "192.0.2.0/24"),
        ("sign_in.blocked", f"staff:{owner}", "192.0.2.0/24"),
    ]
    assert guesses.counted([lines[0].id]) == {lines[0].id: 10}


def test_guesses_at_addresses_that_nobody_has_are_one_line_for_their_network(owner, client):
    for at in range(5):
        guess(client, email=f"person{at}@example.com")
    [line] = db.session.scalars(select(StaffAct)).all()
    assert (line.act, line.subject) == ("sign_in.failed", "")
    assert guesses.counted([line.id]) == {line.id: 5}


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
