import re

import pytest

from app import clock
from app.accounts.models import Role
from app.db import db, transaction
from app.outbox import gate, hold, queries
from tests.conftest import token_in


@pytest.fixture
def desk(sign_in):
    return sign_in()


def shown(answer):
    return [int(number) for number in re.findall(r'data-key="(\d+)"', answer.text)]


def test_mails_newest_first_with_state_and_reason(mailed, desk):
    first = mailed(subject="Confirmed: Intro")
    second = mailed(state="cancelled", why="overtaken: moved", kind="admin_cancelled")
    page = desk.get("/admin/outbox")
    assert shown(page) == [second, first]
    assert "Notice to you: cancellation" in page.text
    assert "Overtaken: moved" in page.text
    assert "Confirmed: Intro" in page.text


def test_one_state_at_a_time_and_pages_keep_it(mailed, desk):
    dead = [mailed(state="dead") for _ in range(51)]
    mailed()
    page = desk.get("/admin/outbox?state=dead")
    assert shown(page) == dead[::-1][:50]
    second = desk.get(re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&"))
    assert shown(second) == dead[:1]
    assert shown(desk.get(re.search(r'href="([^"]+)" rel="prev"', second.text)[1].replace("&amp;", "&"))) == dead[::-1][:50]


def test_empty_lists_say_what_will_come(desk):
    assert "No mail yet" in desk.get("/admin/outbox").text
    assert "No mail is in this state" in desk.get("/admin/outbox?state=unknown").text


@pytest.mark.parametrize("state", ["dead", "unknown"])
def test_what_failed_or_is_unclear_can_be_sent_again(mailed, desk, state):
    number = mailed(state=state, attempts=8)
    page = desk.get(f"/admin/outbox/{number}").text
    assert "Send again to ines@example.org" in page
    assert desk.post(f"/admin/outbox/{number}/send").status_code == 400
    answer = desk.post(f"/admin/outbox/{number}/send", data={"csrf_token": token_in(page)})
    assert answer.location == f"/admin/outbox/{number}"
    assert (queries.by_id(number).state, queries.by_id(number).attempts) == ("planned", 0)
    after = desk.get(f"/admin/outbox/{number}").text
    assert "planned again" in after
    assert "Send again" not in after


@pytest.mark.parametrize("state", ["sent", "cancelled", "planned", "sending", "retrying"])
def test_nothing_else_can(mailed, desk, state):
    number = mailed(state=state)
    page = desk.get(f"/admin/outbox/{number}").text
    assert "Send again" not in page
    desk.post(f"/admin/outbox/{number}/send", data={"csrf_token": token_in(page)})
    db.session.rollback()
    assert queries.by_id(number).state == state
    assert "Nothing was sent" in desk.get(f"/admin/outbox/{number}").text


def test_a_hold_is_shown_with_its_reason_and_ends_at_a_button(mailed, desk):
    number = mailed(state="planned")
    with transaction() as session:
        hold.hold(session, why="restored from last night")
    for page in (desk.get("/admin/outbox").text, desk.get(f"/admin/outbox/{number}").text):
        assert "Nothing leaves: mail is held" in page
        assert "Reason: restored from last night." in page
        assert "flask outbox release" in page
    page = desk.get("/admin/outbox").text
    assert "1 mail is due" in page
    answer = desk.post("/admin/outbox/release", data={"csrf_token": token_in(page)})
    assert answer.location == "/admin/outbox"
    after = desk.get("/admin/outbox").text
    assert "goes out within seconds" in after
    assert "mail is held" not in after
    desk.post("/admin/outbox/release", data={"csrf_token": token_in(page)})
    assert "Nothing was held." in desk.get("/admin/outbox").text


def test_who_may_only_look_cannot_release(mailed, sign_in):
    with transaction() as session:
        hold.hold(session, why="")
    reader = sign_in(role=Role.READ_ONLY)
    page = reader.get("/admin/outbox").text
    assert "An owner or a manager can let mails leave again." in page
    assert "Let mails leave" not in page
    assert reader.post("/admin/outbox/release", data={"csrf_token": token_in(page)}).status_code == 403
    db.session.rollback()
    assert hold.held() is not None


def test_a_mail_server_that_is_away_is_shown_with_what_to_do(mailed, desk):
    sent, waiting = mailed(), mailed(state="retrying")
    with transaction() as session:
        gate.close(session, host="mail.example.com", why="The certificate of the mail server is not trusted.", now=clock.now())
    page = desk.get("/admin/outbox").text
    assert "The mail server is away" in page
    assert "The certificate of the mail server is not trusted." in page
    assert "must be valid for the name in <code>MAIL_SERVER</code>" in page
    assert "The mail server is away" in desk.get(f"/admin/outbox/{waiting}").text
    assert "The mail server is away" not in desk.get(f"/admin/outbox/{sent}").text
