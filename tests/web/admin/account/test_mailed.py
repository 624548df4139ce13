import time
from statistics import median

import pytest
from sqlalchemy import func, select

from app.accounts import staff
from app.accounts.models import AdminUser, Role
from app.accounts.sign_in_models import StaffLink
from app.db import db, transaction
from app.outbox.models import OutboxMessage
from tests.conftest import token_in
from tests.web.admin.account.conftest import code_of

ASK = "/admin/sign-in/link"


def test_a_mailed_link_shows_a_button_and_the_button_signs_in_once(app, client, owner, post, mailed, mails):
    assert "Look into your mail" in post(client, ASK, email="Owner@Example.com").text
    path = mailed("sign-in/link")
    assert (mails.sent[0].to, len(mails.sent)) == ("owner@example.com", 1)
    for _ in range(3):
        assert "You are about to sign in as <strong>owner@example.com" in client.get(path).text
    assert client.get("/admin/calendar").status_code == 302
    token = token_in(client.get(path).text)
    assert client.post(path).status_code == 400
    assert client.post(path, data={"csrf_token": token}).location == "/admin/"
    assert client.get("/admin/calendar").status_code == 200
    other = app.test_client()
    assert other.get(path).status_code == 410
    assert post(other, path).status_code == 410
    assert other.get("/admin/calendar").status_code == 302


def test_a_link_grows_old_in_fifteen_minutes(client, owner, post, mailed, moment):
    post(client, ASK, email="owner@example.com")
    path = mailed("sign-in/link")
    moment.forward(minutes=15)
    assert "Ask for a new one" in client.get(path).text
    assert post(client, path).status_code == 410


def test_a_link_does_not_save_the_code(client, owner, secret, post, mailed):
    post(client, ASK, email="owner@example.com")
    path = mailed("sign-in/link")
    assert post(client, path).location.startswith("/admin/sign-in/code")
    assert client.get("/admin/calendar").status_code == 302
    assert post(client, "/admin/sign-in/code", page="/admin/sign-in/code", code=code_of(secret)).location == "/admin/"


def test_an_address_that_nobody_has_gets_the_same_answer_in_the_same_time_and_no_mail(owner, client, post, work, mails, monkeypatch):
    monkeypatch.setattr("app.web.admin.account.guesses.MOST_LINKS", 100)

    def asked(email):
        page = client.get("/admin/sign-in").text
        began = time.perf_counter()
        answer = client.post(ASK, data={"csrf_token": token_in(page), "email": email})
        return time.perf_counter() - began, answer.text.replace(token_in(page), "")

    pairs = [(asked("owner@example.com"), asked("nobody@example.com")) for _ in range(3)]
    assert all(known[1] == unknown[1] for known, unknown in pairs)
    known, unknown = median(pair[0][0] for pair in pairs), median(pair[1][0] for pair in pairs)
    assert min(known, unknown) >= 0.4
    assert abs(known - unknown) < 0.15
    assert db.session.scalar(select(func.count()).select_from(StaffLink)) == 3
    work()
    assert {mail.to for mail in mails.sent} == {"owner@example.com"}


def test_nobody_floods_the_mailbox_and_the_answer_stays_the_same(client, owner, post, monkeypatch):
    monkeypatch.setattr("app.web.admin.sign_in.LINK_SECONDS", 0)
    assert {post(client, ASK, email="owner@example.com").status_code for _ in range(8)} == {200}
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 5


@pytest.mark.parametrize("state", ["off", "invited"])
def test_who_may_not_sign_in_gets_no_link(client, owner, post, state):
    with transaction() as session:
        number = staff.invite(session, email="robin@example.com", role=Role.HOST).id
        if state == "off":
            staff.join(session, staff_id=number, name="Robin", password="a good password")
            staff.switch_off(session, staff_id=number)
    post(client, ASK, email="robin@example.com")
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_the_mail_is_in_the_language_of_the_browser(client, owner, work, mails):
    page = client.get("/admin/sign-in").text
    client.post(ASK, data={"csrf_token": token_in(page), "email": "owner@example.com"}, headers={"Accept-Language": "de-AT,de;q=0.9"})
    work()
    assert mails.sent[0].subject.startswith("Ihr Anmeldelink")


def test_a_mail_that_goes_out_too_late_is_not_sent(client, owner, post, work, mails, moment):
    post(client, ASK, email="owner@example.com")
    moment.forward(minutes=16)
    work()
    assert not any("sign-in/link" in mail.text for mail in mails.sent)
    asked = select(OutboxMessage).where(OutboxMessage.kind == "sign_in_link")
    assert db.session.scalars(asked).one().why == "outdated: the link in it has expired"


@pytest.mark.parametrize("path", ["/admin/sign-in/link/nothing", "/admin/join/nothing", "/admin/join/%00", f"/admin/join/{'x' * 99}"])
def test_an_invented_link_opens_nothing(client, owner, post, path):
    assert client.get(path).status_code == 410
    assert post(client, path, name="x", password="a good password").status_code == 410
    assert client.get("/admin/calendar").status_code == 302


def test_an_invitation_is_accepted_with_a_password_and_works_once(app, client, owner, enter, post, mailed, mails):
    enter(client)
    assert post(client, "/admin/staff", page="/admin/staff", email="robin@example.com", role="host").status_code == 302
    path = mailed("join")
    assert (mails.sent[-1].to, "Olive Owner invites you" in mails.sent[-1].text) == ("robin@example.com", True)
    guest = app.test_client()
    assert "robin@example.com" in guest.get(path).text
    short = post(guest, path, page=path, name="Robin", password="short")
    assert (short.status_code, "at least 10" in short.text) == (400, True)
    assert post(guest, path, page=path, name="Robin", password="a longer password").location == "/admin/"
    assert guest.get("/admin/calendar").status_code == 200
    assert guest.get("/admin/staff").status_code == 403
    assert guest.get(path).status_code == 410
    user = staff.check_password(email="robin@example.com", password="a longer password")
    assert user is not None
    assert (user.name, user.role) == ("Robin", Role.HOST)


def test_an_invitation_lasts_seven_days(client, owner, enter, post, mailed, moment):
    enter(client)
    post(client, "/admin/staff", page="/admin/staff", email="robin@example.com", role="host")
    path = mailed("join")
    moment.forward(days=6, hours=23)
    assert client.get(path).status_code == 200
    moment.forward(hours=2)
    assert client.get(path).status_code == 410
    assert db.session.scalar(select(AdminUser.password_hash).where(AdminUser.email == "robin@example.com")) == ""
