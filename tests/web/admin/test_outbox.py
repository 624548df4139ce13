import re

import pytest

from app.db import db
from app.outbox import queries
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
