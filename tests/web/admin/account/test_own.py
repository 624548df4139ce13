from sqlalchemy import select

from app.accounts import sessions, staff
from app.accounts.models import StaffAct
from app.accounts.sign_in_models import StaffSession
from app.db import db, transaction
from app.web.admin.browsers import device, place
from tests.conftest import token_in

ACCOUNT = "/admin/account"


def test_a_new_password_ends_every_other_session_and_this_one_goes_on_under_a_new_token(app, client, owner, enter, post):
    other = app.test_client()
    for browser in (client, other):
        enter(browser)
    with client.session_transaction() as session:
        before = session["_user_id"]
    form = {"current": "a good password", "password": "a much better password"}
    assert post(client, f"{ACCOUNT}/password", page=ACCOUNT, **form).location == ACCOUNT
    assert client.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 302
    db.session.rollback()
    assert sessions.of_token(before) is None
    assert staff.check_password(email="owner@example.com", password="a much better password") is not None
    assert "account.password" in db.session.scalars(select(StaffAct.act)).all()


def test_the_present_password_is_asked_for_and_guesses_at_it_count(client, owner, enter, post):
    enter(client)
    for _ in range(10):
        wrong = post(client, f"{ACCOUNT}/password", page=ACCOUNT, current="nonsense", password="a much better password")
        assert (wrong.status_code, "not your present password" in wrong.text) == (400, True)
    last = post(client, f"{ACCOUNT}/password", page=ACCOUNT, current="a good password", password="a much better password")
    assert "too many wrong passwords" in last.text
    assert staff.check_password(email="owner@example.com", password="a good password") is not None


def test_a_password_that_will_not_do_says_why(client, owner, enter, post):
    enter(client)
    answer = post(client, f"{ACCOUNT}/password", page=ACCOUNT, current="a good password", password="short")
    assert (answer.status_code, "at least 10 characters" in answer.text) == (400, True)


def test_who_came_by_a_mailed_link_replaces_a_forgotten_password_for_a_quarter_of_an_hour(client, owner, post, mailed, moment):
    post(client, "/admin/sign-in/link", email="owner@example.com")
    post(client, mailed("sign-in/link"))
    assert "Present password" not in client.get(ACCOUNT).text
    moment.forward(minutes=16)
    assert "Present password" in client.get(ACCOUNT).text
    assert post(client, f"{ACCOUNT}/password", page=ACCOUNT, password="a much better password").status_code == 400
    moment.forward(minutes=-10)
    assert post(client, f"{ACCOUNT}/password", page=ACCOUNT, password="a much better password").status_code == 302


def test_sessions_are_listed_and_end_one_by_one(app, client, owner, enter, post):
    other = app.test_client()
    other.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    enter(client)
    enter(other)
    page = client.get(ACCOUNT).text
    assert "Firefox on Linux" in page
    assert "127.0.0.0/24" in page
    number = db.session.scalar(select(StaffSession.id).where(StaffSession.device == "Firefox on Linux"))
    assert post(client, f"{ACCOUNT}/sessions/{number}/end", page=ACCOUNT).status_code == 302
    assert other.get(ACCOUNT).status_code == 302
    assert client.get(ACCOUNT).status_code == 200
    assert post(client, f"{ACCOUNT}/sessions/{number}/end", page=ACCOUNT).status_code == 404


def test_nobody_ends_the_session_of_another_as_an_own_one(app, client, owner, enter, post, sign_in):
    other = sign_in(role="manager", email="manager@example.com")
    enter(client)
    number = db.session.scalar(select(StaffSession.id).where(StaffSession.staff_id != owner))
    assert post(client, f"{ACCOUNT}/sessions/{number}/end", page=ACCOUNT).status_code == 404
    assert other.get(ACCOUNT).status_code == 200


def test_signing_out_everywhere_else_leaves_this_browser(app, client, owner, enter, post):
    others = [app.test_client() for _ in range(2)]
    for browser in (client, *others):
        enter(browser)
    assert post(client, f"{ACCOUNT}/sessions/end", page=ACCOUNT).status_code == 302
    assert [browser.get(ACCOUNT).status_code for browser in (client, *others)] == [200, 302, 302]


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(app, client, owner, enter, post):
    enter(client)
    thief = app.test_client()
    thief.set_cookie("session", client.get_cookie("session").value)
    assert thief.get(ACCOUNT).status_code == 200
    post(client, "/admin/sign-out", page=ACCOUNT)
    assert thief.get(ACCOUNT).status_code == 302


def test_signing_in_anew_ends_the_session_that_this_browser_had(client, owner, enter):
    enter(client)
    client.get(ACCOUNT)
    with client.session_transaction() as session:
        before, token = session["_user_id"], session["csrf_token"]
    client.post("/admin/sign-in", data={"csrf_token": token_in(client.get(ACCOUNT).text), "email": "owner@example.com", "password": "a good password"})
    with client.session_transaction() as session:
        assert session["_user_id"] != before
        assert session.get("csrf_token") != token
    assert sessions.of_token(before) is None


def test_a_session_of_somebody_who_was_switched_off_is_over_at_once(client, owner, enter):
    enter(client)
    with transaction() as session:
        staff.create(session, email="other@example.com", password="a good password")
        staff.switch_off(session, staff_id=owner)
    assert client.get(ACCOUNT).status_code == 302


def test_browsers_are_named_as_people_do():
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0"
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
    assert (device(edge), device(phone), device(""), device("curl/8")) == ("Edge on Windows", "Safari on iPhone", "A browser", "A browser")
    assert place("192.0.2.77") == place("::ffff:192.0.2.1") == "192.0.2.0/24"
    assert place("2001:db8:1:2::9") == "2001:db8:1::/48"
    assert place("nowhere") == ""
