import pytest

from app.accounts import second_factor, sessions
from app.accounts.models import StaffAct
from app.accounts.sign_in_models import Stage
from app.db import db, transaction
from app.web.admin.account.entering import HALF
from tests.web.admin.account.conftest import code_of

CODE = "/admin/sign-in/code"
PAGES = ["/admin/", "/admin/calendar", "/admin/account", "/admin/account/second-factor", "/admin/staff", "/admin/audit"]


def tokens(browser):
    with browser.session_transaction() as session:
        return session.get(HALF), session.get("_user_id")


def test_after_the_password_a_code_is_asked_for(client, secret, enter, post):
    answer = enter(client, next="/admin/inbox")
    assert answer.location == f"{CODE}?next=/admin/inbox"
    assert "authenticator app" in client.get(answer.location).text
    assert post(client, CODE, page=CODE, code=code_of(secret), next="/admin/inbox").location == "/admin/inbox"
    assert client.get("/admin/calendar").status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_the_code_cannot_be_passed_by(client, secret, enter, path):
    enter(client)
    assert client.get(path).location.startswith("/admin/sign-in?")
    assert client.post(path, data={}).status_code in {302, 400, 405}
    assert client.get(path).status_code == 302


def test_the_token_of_the_step_before_is_no_session(app, client, secret, enter):
    enter(client)
    half, full = tokens(client)
    assert full is None
    assert sessions.of_token(half) is None
    with client.session_transaction() as session:
        session["_user_id"] = half
    assert client.get("/admin/calendar").status_code == 302


def test_with_the_code_comes_a_new_token_and_the_old_one_is_dead(client, secret, enter, post):
    enter(client)
    half, _ = tokens(client)
    post(client, CODE, page=CODE, code=code_of(secret))
    after, full = tokens(client)
    assert after is None
    assert full not in {None, half}
    assert sessions.of_token(half, stage=Stage.CODE) is None


def test_a_wrong_code_a_used_code_and_no_code_open_nothing(client, secret, enter, post, app):
    enter(client)
    good = code_of(secret)
    for wrong in ("000000", "", "x" * 100, code_of(secret, later=300)):
        assert post(client, CODE, page=CODE, code=wrong).status_code == 401
    assert post(client, CODE, page=CODE, code=good).status_code == 302
    other = app.test_client()
    enter(other)
    assert post(other, CODE, page=CODE, code=good).status_code == 401


def test_after_ten_wrong_codes_the_right_one_has_to_wait(client, secret, enter, post, moment):
    enter(client)
    assert [post(client, CODE, page=CODE, code="000000").status_code for _ in range(10)] == [401] * 10
    blocked = post(client, CODE, page=CODE, code=code_of(secret))
    assert (blocked.status_code, blocked.headers["Retry-After"]) == (429, "900")
    moment.forward(minutes=15, seconds=1)
    enter(client)
    assert post(client, CODE, page=CODE, code=code_of(secret)).status_code == 302


def test_signing_in_anew_gives_no_new_guesses_at_the_code(client, secret, enter, post):
    for _ in range(10):
        enter(client)
        post(client, CODE, page=CODE, code="000000")
    enter(client)
    assert post(client, CODE, page=CODE, code=code_of(secret)).status_code == 429


def test_who_takes_too_long_begins_again(client, secret, enter, moment):
    enter(client)
    moment.forward(minutes=11)
    answer = client.get(CODE, follow_redirects=True)
    assert "sign in once more" in answer.text
    assert client.get(CODE).location.startswith("/admin/sign-in")


def test_nobody_comes_to_the_code_without_the_password(client, secret, post):
    assert client.get(CODE).location.startswith("/admin/sign-in")
    assert post(client, CODE, code=code_of(secret)).location.startswith("/admin/sign-in")


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(app, client, owner, secret, enter, post):
    with transaction() as session:
        codes = second_factor.renew_recovery_codes(session, staff_id=owner)
    enter(client)
    assert post(client, CODE, page=CODE, code=codes[0].lower()).status_code == 302
    assert "9 are left" in client.get("/admin/account").text
    other = app.test_client()
    enter(other)
    assert post(other, CODE, page=CODE, code=codes[0]).status_code == 401
    said = [act.detail for act in db.session.query(StaffAct).filter_by(act="sign_in")]
    assert len(said) == 1
    assert "with a password and a recovery code" in said[0]
