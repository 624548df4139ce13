"""A whole class is cancelled at once: on both databases, with the delivery early, late, twice and never."""

import json

import pytest

from app.bookings.models import Status
from app.calcom.client import client_of
from app.calcom.errors import Refused
from app.desk.wishes import Act, Outcome, Span
from app.sandbox.orders import Cancel, NewBooking
from app.sandbox.state import Status as There
from tests.desk.conftest import at, history
from tests.desk.test_carry_out import WAYS, acts, kinds, written
from tests.factories.near_calcom import NoPace
from tests.factories.orders import person

PEOPLE = ("ada@example.org", "bo@example.org", "cy@example.org")
ADA, BO, CY = PEOPLE


@pytest.fixture
def klass(booked):
    """A class of three that both sides know; its row at Cal.com."""
    first = booked("group-class")
    for name, email in (("Bo", BO), ("Cy", CY)):
        booked("group-class", start=first.start, booker=person(name, email))
    return first


@pytest.fixture
def cancel(act):
    """`cancel(klass)`: the whole class, as the page names its people."""

    def do(row, **values):
        return act(Act.CANCEL, row.uid, seat=ADA, **({"reason": "Robin is ill", "span": Span.CLASS, "shown": frozenset(PEOPLE)} | values))

    return do


@pytest.fixture
def asked(far):
    """What Cal.com was asked to cancel."""
    calls, cancel = [], far.desk.engine.cancel

    def counted(order):
        calls.append(order)
        return cancel(order)

    far.desk.engine.cancel = counted
    yield calls
    far.desk.engine.cancel = cancel


@pytest.mark.parametrize("new_version", [False, True], ids=["people hidden afterwards", "people shown afterwards"])
@pytest.mark.parametrize("way", WAYS)
def test_everybody_is_cancelled_recorded_and_told_once_however_the_delivery_comes(way, new_version, klass, cancel, asked, post, mails, work, monkeypatch):
    if new_version:
        monkeypatch.setattr("app.sandbox.api.booking_shape.is_new", lambda _: True)
    post.fast = way == "before"
    result = cancel(klass)
    assert (result.outcome, result.error, result.recorded, result.others) == (Outcome.DONE, None, True, 2)
    assert [(order.uid, order.seat_id) for order in asked] == [(klass.uid, None)], "Cal.com is asked once, for the class"
    assert {at(klass.uid, email).status for email in PEOPLE} == {Status.CANCELLED}, "every page shows it, whatever the deliveries do"
    work()
    if way == "twice":
        post.hand_over(times=2)
        work()
    for email in PEOPLE:
        booking = at(klass.uid, email)
        assert (booking.status, booking.reason) == (Status.CANCELLED, "Robin is ill")
        assert [name for name, state in kinds(booking, email) if name == "cancelled" and state == "sent"] == ["cancelled"]
        assert len(written(mails, email)) == 1
        assert [line[0] for line in history(booking) if line[1] == "status"] == ["cal.com" if way == "before" else "admin:Robin"]
    assert acts() == [("booking.cancel", at(klass.uid, ADA).reference, "asked, for the whole class (3)")]


def test_calcom_sends_one_delivery_that_lists_all_who_were_in_it(klass, cancel, post):
    cancel(klass)
    (body,) = [json.loads(one) for one in post.late]
    assert body["triggerEvent"] == "BOOKING_CANCELLED"
    payload = body["payload"]
    assert [one["email"] for one in payload["attendees"]] == list(PEOPLE)
    assert (payload["uid"], payload["status"], payload["cancellationReason"], payload["cancelledBy"]) == (
        klass.uid,
        "CANCELLED",
        "Robin is ill",
        klass.host.email,
    )
    assert "attendeeSeatId" not in payload


def test_pressing_twice_asks_once(klass, cancel, asked, mails, work):
    assert [cancel(klass).outcome for _ in range(2)] == [Outcome.DONE, Outcome.ALREADY]
    assert len(asked) == 1
    work()
    assert [len(written(mails, email)) for email in PEOPLE] == [1, 1, 1]


def test_who_joined_since_the_page_was_opened_is_not_cancelled_unseen(klass, cancel, asked, far):
    far.desk.engine.create(NewBooking(slug="group-class", start=klass.start, booker=person("Di", "di@example.org")))
    assert cancel(klass).outcome is Outcome.CHANGED
    assert asked == []
    assert far.desk.engine.booking(klass.uid).status is There.ACCEPTED
    assert at(klass.uid, "di@example.org").status == Status.CONFIRMED, "the page shows them now"


def test_who_left_since_is_no_reason_to_stop_and_is_not_told_again(klass, cancel, far, post, mails, work):
    seat = next(one for one in far.desk.engine.booking(klass.uid).seats if one.person.email == CY)
    post.fast = True
    far.desk.engine.cancel(Cancel(uid=klass.uid, seat_id=seat.id))
    work()
    mails.sent.clear()
    post.fast = False
    assert cancel(klass).others == 1
    work()
    assert [len(written(mails, email)) for email in PEOPLE] == [1, 1, 0]


def test_an_answer_that_gets_lost_is_looked_after(klass, cancel, far, mails, work):
    far.turn(api_next="ok,lost")
    assert cancel(klass).outcome is Outcome.DONE
    work()
    assert [len(written(mails, email)) for email in PEOPLE] == [1, 1, 1]


def test_what_nobody_knew_is_told_by_the_delivery(klass, cancel, far, post, mails, work):
    far.turn(api_next="ok,lost,500*20")
    assert cancel(klass).outcome is Outcome.UNSURE
    post.hand_over()
    work()
    assert {at(klass.uid, email).status for email in PEOPLE} == {Status.CANCELLED}
    assert [len(written(mails, email)) for email in PEOPLE] == [1, 1, 1]


def test_a_key_of_somebody_else_is_refused_and_nothing_changes(klass, cancel, app, settings, far, mails, work):
    app.extensions["works"].calcom = client_of(settings(**(far.settings | {"CALCOM_API_KEY": "cal_casey_key"})), pace=NoPace())
    result = cancel(klass)
    assert result.outcome is Outcome.REFUSED
    assert isinstance(result.error, Refused)
    assert "seatUid" in result.error.fields
    assert far.desk.engine.booking(klass.uid).status is There.ACCEPTED
    work()
    assert mails.sent == []


def test_the_recorded_delivery_of_a_class_that_its_host_cancelled_has_the_same_form(captured_folder, klass, cancel, post):
    """What the simulated Cal.com sends about a class has the keys of what a real one sent."""
    recorded = json.loads(json.loads((captured_folder / "035-seats-host-cancels-class-BOOKING_CANCELLED.json").read_text())["body"])
    cancel(klass)
    (body,) = [json.loads(one) for one in post.late]
    assert body["payload"].keys() == recorded["payload"].keys()
    assert body["payload"]["attendees"][0].keys() == recorded["payload"]["attendees"][0].keys()
