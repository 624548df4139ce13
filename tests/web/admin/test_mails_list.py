"""Finding mails, reading the very mail, sending many again, taking one back."""

import re

import pytest
from sqlalchemy import select

from app import errands
from app.accounts.models import Role, StaffAct
from app.bookings.queries import by_reference
from app.chores import works_of
from app.db import db, transaction
from app.errands import carry_out
from app.outbox import queries
from app.outbox.publish import Wanted, publish
from tests.conftest import in_worker, token_in
from tests.factories.orders import order


@pytest.fixture
def desk(sign_in):
    return sign_in()


@pytest.fixture
def resending(app):
    """`resending()`: what the worker does about mails that are to be sent again."""
    works = app.extensions["works"]
    work = works_of(handler=works.handle_delivery, client=lambda: None)["resend"]
    return lambda: in_worker(app, lambda: carry_out("resend", work, should_stop=lambda: False))


def shown(answer):
    return [int(number) for number in re.findall(r'data-key="(\d+)"', answer.text)]


def test_one_field_finds_addresses_bookings_people_and_numbers(mailed, book, desk):
    reference = book(booker_name="Brunhilde Example", booker_email="Brunhilde@example.org")
    mine = mailed(booking_id=by_reference(reference).id, recipient="Brunhilde@example.org")
    notice = mailed(booking_id=by_reference(reference).id, recipient="owner@example.com", kind="admin_confirmation")
    other = mailed(recipient="zoe@example.org")
    assert shown(desk.get("/admin/outbox?q=zoe@example.org")) == [other]
    assert shown(desk.get("/admin/outbox?q=Brunhilde@example.org")) == [mine]
    assert shown(desk.get("/admin/outbox?q=ZOE@example.org")) == [other]
    assert shown(desk.get(f"/admin/outbox?q={reference.lower()}")) == [notice, mine]
    assert shown(desk.get("/admin/outbox?q=brunhilde")) == [notice, mine]
    assert shown(desk.get("/admin/outbox?q=brunhilde&kind=confirmation")) == [mine]
    assert shown(desk.get(f"/admin/outbox?q={other}")) == [other]
    page = desk.get("/admin/outbox?q=nobody@example.org").text
    assert "No mail matches" in page
    assert 'value="nobody@example.org"' in page


def test_what_failed_stands_on_top(mailed, desk):
    dead, _ = mailed(state="dead", why="refused: no such user"), mailed()
    page = desk.get("/admin/outbox").text
    assert f'data-key="failed-{dead}"' in page
    assert "Refused: no such user" in page
    assert "need a hand" not in desk.get("/admin/outbox?kind=confirmation").text


def test_the_very_mail_is_shown(calcom, work, desk):
    calcom.create(order(calcom))
    page = desk.get("/admin/outbox/1").text
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', page)[1]
    assert frame == "/admin/outbox/1/body"
    body = desk.get(frame)
    assert body.status_code == 200
    assert "sandbox" in body.headers["Content-Security-Policy"]
    message = queries.by_id(1)
    assert message.kind == "confirmation"
    assert "As it is written now." in page
    assert "As plain text" in page


def test_a_mail_that_is_no_longer_wanted_says_why_and_is_shown(mailed, book, desk, moment):
    reference = book()
    number = mailed(state="planned", kind="reminder_24h", booking_id=by_reference(reference).id, data={"start": "2026-12-09T12:00:00+00:00"})
    with transaction() as session:
        session.get(type(by_reference(reference)), by_reference(reference).id).status = "cancelled"
    page = desk.get(f"/admin/outbox/{number}").text
    assert "It would not go out now" in page
    assert "<iframe" in page


def test_a_mail_that_lets_somebody_in_is_never_shown(mailed, desk):
    number = mailed(kind="sign_in_link", recipient="colleague@example.com", data={})
    page = desk.get(f"/admin/outbox/{number}").text
    assert "lets its reader in" in page
    assert "<iframe" not in page
    assert desk.get(f"/admin/outbox/{number}/body").status_code == 404


def test_who_may_only_read_sees_no_mail_itself(calcom, work, sign_in):
    calcom.create(order(calcom))
    reader = sign_in(role=Role.READ_ONLY, email="reader@example.com")
    page = reader.get("/admin/outbox/1").text
    assert "Your role does not include the mails themselves" in page
    assert "<iframe" not in page
    assert reader.get("/admin/outbox/1/body").status_code == 403


def test_chosen_mails_are_sent_again_and_nothing_else(mailed, desk):
    dead, spared, sent = mailed(state="dead", attempts=8), mailed(state="dead"), mailed()
    page = desk.get("/admin/outbox?state=dead").text
    assert f'name="mail" value="{dead}"' in page
    form = {"csrf_token": token_in(page), "state": "dead"}
    answer = desk.post("/admin/outbox/send", data=form | {"mail": [str(dead), str(sent), "x", "99999999999"]})
    assert answer.location == "/admin/outbox?state=dead"
    assert "1 mail planned again" in desk.get(answer.location).text
    assert [queries.by_id(number).state for number in (dead, spared, sent)] == ["planned", "dead", "sent"]
    assert queries.by_id(dead).attempts == 0
    desk.post("/admin/outbox/send", data=form)
    assert "choose mails that failed" in desk.get("/admin/outbox").text
    assert desk.post("/admin/outbox/send", data={"mail": str(spared)}).status_code == 400


def test_all_that_match_are_sent_again_as_an_errand(mailed, desk, resending):
    reminders = [mailed(state="dead", kind="reminder_24h") for _ in range(3)]
    other = mailed(state="dead")
    page = desk.get("/admin/outbox?state=dead&kind=reminder_24h").text
    assert "Send 3 mails" in page
    form = {"csrf_token": token_in(page), "state": "dead", "kind": "reminder_24h", "all": "yes"}
    assert desk.post("/admin/outbox/send", data=form).location == "/admin/errands/1"
    later = mailed(state="dead", kind="reminder_24h")
    resending()
    assert {queries.by_id(number).state for number in reminders} == {"planned"}
    assert [queries.by_id(number).state for number in (other, later)] == ["dead", "dead"]
    assert "Planned again" in desk.get("/admin/errands/1").text
    assert errands.by_id(1).counts == {"planned": 3}
    nothing = desk.post("/admin/outbox/send", data=form | {"state": "unknown"})
    assert nothing.location == "/admin/outbox?state=dead&kind=reminder_24h" or nothing.location.startswith("/admin/outbox?")


def test_a_planned_mail_is_taken_back_with_a_reason_and_stays_so(mailed, book, desk):
    reference = book()
    booking_id = by_reference(reference).id
    number = mailed(state="planned", key="the key", booking_id=booking_id)
    form = {"csrf_token": token_in(desk.get(f"/admin/outbox/{number}").text)}
    desk.post(f"/admin/outbox/{number}/cancel", data=form | {"reason": "  "})
    assert "say why" in desk.get(f"/admin/outbox/{number}").text
    desk.post(f"/admin/outbox/{number}/cancel", data=form | {"reason": "she asked by phone"})
    page = desk.get(f"/admin/outbox/{number}").text
    assert "cancelled by staff: she asked by phone" in page
    with transaction() as session:
        publish(session, [Wanted(key="the key", kind="confirmation", recipient="ines@example.org")], booking_id=booking_id, message_domain="localhost")
    db.session.rollback()
    assert queries.by_id(number).state == "cancelled"
    assert "Plan it again" in page
    desk.post(f"/admin/outbox/{number}/send", data=form)
    db.session.rollback()
    assert (queries.by_id(number).state, queries.by_id(number).why) == ("planned", "")
    acts = [act.act for act in db.session.scalars(select(StaffAct).order_by(StaffAct.id))]
    assert [act for act in acts if act.startswith("mail.")] == ["mail.cancel", "mail.send"]


@pytest.mark.parametrize("state", ["sent", "sending", "dead", "cancelled", "unknown"])
def test_what_does_not_wait_cannot_be_taken_back(mailed, desk, state):
    number = mailed(state=state)
    page = desk.get(f"/admin/outbox/{number}").text
    assert "Cancel this mail" not in page
    desk.post(f"/admin/outbox/{number}/cancel", data={"csrf_token": token_in(page), "reason": "x"})
    assert queries.by_id(number).state == state
    assert "Nothing was cancelled" in desk.get(f"/admin/outbox/{number}").text
