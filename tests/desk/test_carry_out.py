"""Acts of staff on bookings, against a Cal.com on a port of its own: both databases, deliveries early, late, twice and never."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from app.accounts.models import StaffAct
from app.away import DatabaseBusy
from app.bookings import queries
from app.bookings.models import Status
from app.calcom.errors import Away, NotFound
from app.db import db, transaction
from app.desk import carry_out as carrying
from app.desk.wishes import Act, Outcome, Span
from app.outbox import queries as outbox
from app.sandbox.orders import Cancel, Move
from app.sandbox.state import Status as There
from tests.conftest import refresh
from tests.desk.conftest import at, history
from tests.factories.orders import next_free, person

GUEST = "ada@example.org"
WAYS = (pytest.param("never", marks=pytest.mark.soak), "twice", "before")
"""How the delivery about an act comes: not at all; late and twice; while Cal.com is still being asked."""


def written(mails, recipient=GUEST):
    return [mail.subject for mail in mails.sent if mail.to == recipient]


def kinds(booking, recipient=GUEST):
    refresh()
    return [(mail.kind, mail.state) for mail in outbox.of_bookings(queries.row_numbers(booking)) if mail.recipient == recipient and mail.state != "planned"]


def acts():
    refresh()
    return [(line.act, line.subject, line.detail) for line in db.session.scalars(select(StaffAct).order_by(StaffAct.id))]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("what", "slug", "status", "kind"),
    [
        (Act.CANCEL, "intro", Status.CANCELLED, "cancelled"),
        (Act.CONFIRM, "consultation", Status.CONFIRMED, "confirmation"),
        (Act.DECLINE, "consultation", Status.REJECTED, "rejected"),
        (Act.ASK_TO_MOVE, "intro", Status.CANCELLED, "cancelled"),
    ],
)
def test_an_act_is_done_recorded_and_told_once_however_its_delivery_comes(what, slug, status, kind, way, booked, act, post, mails, work):
    made = booked(slug)
    post.fast = way == "before"
    result = act(what, made.uid, reason="Robin is ill")
    assert (result.outcome, result.error, result.recorded) == (Outcome.DONE, None, True)
    booking = at(made.uid)
    assert booking.status == status, "the page after the act shows it, whatever the deliveries do"
    work()
    if way == "twice":
        post.hand_over(times=2)
        work()
    booking = at(made.uid)
    assert booking.status == status
    assert booking.reason == ("" if what is Act.CONFIRM else "Robin is ill")
    assert [name for name, state in kinds(booking) if name == kind and state == "sent"] == [kind]
    assert len(written(mails)) == 1
    lines = [line for line in history(booking) if line[1] == "status"]
    assert [line[2] for line in lines] == [status]
    assert lines[0][0] == ("cal.com" if way == "before" else "admin:Robin")
    assert acts() == [(f"booking.{what}", booking.reference, "asked")]


@pytest.mark.parametrize("what", [Act.CANCEL, Act.DECLINE])
def test_the_reason_reaches_calcom(what, booked, act, far):
    made = booked("consultation")
    act(what, made.uid, reason="No room that day")
    assert far.desk.engine.booking(made.uid).end_reason == "No room that day"


def test_pressing_twice_asks_once_and_the_second_is_told_so(booked, act, far, mails, work):
    made = booked()
    calls = []
    far.desk.engine.cancel = _counted(far.desk.engine.cancel, calls)
    first, second = act(Act.CANCEL, made.uid, reason="Ill"), act(Act.CANCEL, made.uid, reason="Ill")
    assert (first.outcome, second.outcome) == (Outcome.DONE, Outcome.ALREADY)
    assert len(calls) == 1
    work()
    assert len(written(mails)) == 1
    assert len(acts()) == 1, "the second press did nothing"


def test_two_at_the_same_time_end_in_one_cancellation(booked, act, far, mails, work):
    made = booked()
    together, results = threading.Barrier(2), []
    look = carrying.PERFORM[Act.CANCEL]
    with _performing(Act.CANCEL, lambda *given: (together.wait(5), look(*given))[1]):
        threads = [threading.Thread(target=lambda: results.append(act(Act.CANCEL, made.uid, reason="Ill"))) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(20)
    assert sorted(result.outcome for result in results) == [Outcome.ALREADY, Outcome.DONE]
    work()
    assert at(made.uid).status == Status.CANCELLED
    assert len(written(mails)) == 1


@pytest.mark.parametrize("what", [Act.CANCEL, Act.CONFIRM, Act.DECLINE])
def test_an_answer_that_gets_lost_is_looked_after(what, booked, act, far, mails, work):
    made = booked("consultation")
    far.turn(api_next="ok,lost")
    assert act(what, made.uid, reason="Ill").outcome is Outcome.DONE
    assert at(made.uid).status in {Status.CANCELLED, Status.CONFIRMED, Status.REJECTED}
    work()
    assert len(written(mails)) == 1


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("500*2", Outcome.AWAY),  # the look before
        ("ok,500", Outcome.AWAY),  # the act itself: it surely did nothing
        ("ok,html,500*20", Outcome.UNSURE),  # the act, and whatever could tell what it did
        ("429", Outcome.AWAY),
    ],
)
def test_a_calcom_that_fails_leaves_the_booking_as_it_is_and_says_so(words, outcome, booked, act, far, mails, work):
    made = booked()
    far.turn(api_next=words)
    result = act(Act.CANCEL, made.uid, reason="Ill")
    assert result.outcome is outcome
    assert str(result.error)
    assert at(made.uid).status == Status.CONFIRMED
    work()
    assert written(mails) == []


def test_what_nobody_knew_is_told_by_the_delivery(booked, act, far, post, mails, work):
    made = booked()
    far.turn(api_next="ok,lost,500*20")
    assert act(Act.CANCEL, made.uid, reason="Ill").outcome is Outcome.UNSURE
    assert acts()[-1][2] == "no answer came; not known yet"
    post.hand_over()
    work()
    assert at(made.uid).status == Status.CANCELLED
    assert len(written(mails)) == 1


def test_a_look_afterwards_that_fails_takes_the_answer_of_the_act(booked, act, far):
    made = booked()
    far.turn(api_next="ok,ok,500*20")
    assert act(Act.CANCEL, made.uid, reason="Ill").outcome is Outcome.DONE
    assert at(made.uid).status == Status.CANCELLED


def test_a_slow_calcom_is_waited_for(booked, act, far):
    made = booked()
    far.turn(api_next="ok,slow", api_slow_ms=700)
    assert act(Act.CANCEL, made.uid, reason="Ill").outcome is Outcome.DONE


def test_what_was_cancelled_there_meanwhile_is_recorded_and_not_asked_again(booked, act, far, mails, work):
    made = booked()
    far.desk.engine.cancel(Cancel(uid=made.uid, reason="Cannot come"))
    assert act(Act.CANCEL, made.uid, reason="Ill").outcome is Outcome.ALREADY
    booking = at(made.uid)
    assert (booking.status, booking.reason) == (Status.CANCELLED, "Cannot come")
    work()
    assert len(written(mails)) == 1
    assert acts() == []


@pytest.mark.parametrize("what", [Act.CANCEL, Act.ASK_TO_MOVE])
def test_what_moved_meanwhile_is_not_touched_and_shows_its_new_time(what, booked, act, far):
    made = booked()
    later = next_free(far.desk.engine)
    moved = far.desk.engine.move(Move(uid=made.uid, start=later))
    assert act(what, made.uid, reason="Ill").outcome is Outcome.CHANGED
    booking = at(made.uid)
    assert (booking.status, booking.start, booking.moved) == (Status.CONFIRMED, later, 1)
    assert far.desk.engine.booking(moved.uid).status is There.ACCEPTED


def test_what_is_not_waiting_any_more_cannot_be_declined(booked, act, far):
    made = booked("consultation")
    far.desk.engine.confirm(made.uid)
    assert act(Act.DECLINE, made.uid, reason="No").outcome is Outcome.CHANGED
    assert at(made.uid).status == Status.CONFIRMED


def test_a_refusal_is_passed_on_in_words(booked, act, far):
    made = booked("paid-session")
    result = act(Act.CONFIRM, made.uid)
    assert result.outcome is Outcome.REFUSED
    assert "waits for its payment" in str(result.error)
    assert acts()[-1][2] == "refused by Cal.com"


def test_a_booking_that_calcom_does_not_know_is_said_to_be_unknown(booked, act, far):
    made = booked()
    far.desk.reset()
    result = act(Act.CANCEL, made.uid, reason="Ill")
    assert result.outcome is Outcome.REFUSED
    assert isinstance(result.error, NotFound)
    assert at(made.uid).status == Status.CONFIRMED


def test_an_installation_that_is_too_old_to_ask_for_another_time_says_so(booked, act, far, monkeypatch):
    made = booked()
    monkeypatch.setattr("app.sandbox.api.versions.KNOWN", ("2024-04-15", "2024-08-13"))
    result = act(Act.ASK_TO_MOVE, made.uid, reason="Ill")
    assert result.outcome is Outcome.REFUSED
    assert "has no endpoint" in str(result.error)
    assert far.desk.engine.booking(made.uid).status is There.ACCEPTED


@pytest.mark.parametrize("way", WAYS)
def test_who_is_asked_for_another_time_gets_the_link_that_moves_the_booking(way, booked, act, far, post, mails, work):
    made = booked()
    post.fast = way == "before"
    act(Act.ASK_TO_MOVE, made.uid, reason="Robin is ill")
    if way == "twice":
        post.hand_over(times=2)
    work()
    (letter,) = [mail for mail in mails.sent if mail.to == GUEST]
    assert f"{far.url}/reschedule/{made.uid}" in letter.text
    mails.sent.clear()
    cancelled = booked()
    act(Act.CANCEL, cancelled.uid, reason="Robin is ill")
    work()
    (letter,) = [mail for mail in mails.sent if mail.to == GUEST]
    assert "/reschedule/" not in letter.text


def test_who_was_asked_to_move_moves_and_keeps_the_number(booked, act, far, post, work):
    made = booked()
    act(Act.ASK_TO_MOVE, made.uid, reason="Robin is ill")
    reference = at(made.uid).reference
    far.desk.engine.move(Move(uid=made.uid, start=next_free(far.desk.engine)))
    post.hand_over()
    booking = at(made.uid)
    assert (booking.reference, booking.status, booking.moved) == (reference, Status.CONFIRMED, 1)


# Who came -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_who_did_not_come_is_marked_and_unmarked(way, booked, act, far, post, moment):
    made = booked()
    moment(made.start)
    for absent, state in ((True, "no_show"), (False, "attending")):
        post.fast = way == "before"
        moment.forward(minutes=1)
        assert act(Act.ABSENT, made.uid, email="ADA@example.org", absent=absent).outcome is Outcome.DONE
        if way == "twice":
            post.hand_over(times=2)
        assert [person["state"] for person in at(made.uid).attendees] == [state]
        assert act(Act.ABSENT, made.uid, email=GUEST, absent=absent).outcome is Outcome.ALREADY
    assert [line[1] for line in history(at(made.uid))] == ["attendees", "attendees"]


def test_before_its_start_nobody_can_have_missed_it(booked, act):
    made = booked()
    result = act(Act.ABSENT, made.uid, email=GUEST)
    assert result.outcome is Outcome.REFUSED
    assert "after their start time" in str(result.error)


# Classes and series ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_one_seat_of_a_class_is_given_back_and_the_others_stay(way, booked, act, far, post, mails, work):
    first = booked("group-class")
    booked("group-class", start=first.start, booker=person("Bo", "bo@example.org"))
    post.fast = way == "before"
    assert act(Act.CANCEL, first.uid, seat=GUEST, reason="Full").outcome is Outcome.DONE
    work()
    if way == "twice":
        post.hand_over(times=2)
        work()
    assert (at(first.uid, GUEST).status, at(first.uid, GUEST).reason) == (Status.CANCELLED, "Full")
    assert at(first.uid, "bo@example.org").status == Status.CONFIRMED
    assert [seat.person.email for seat in far.desk.engine.booking(first.uid).seats] == ["bo@example.org"]
    assert len(written(mails)) == 1
    assert written(mails, "bo@example.org") == []
    assert act(Act.CANCEL, first.uid, seat=GUEST, reason="Full").outcome is Outcome.ALREADY


def test_the_last_seat_ends_the_class(booked, act, far, mails, work):
    made = booked("group-class")
    assert act(Act.CANCEL, made.uid, seat=GUEST, reason="Nobody else came").outcome is Outcome.DONE
    work()
    assert (at(made.uid, GUEST).status, at(made.uid, GUEST).reason) == (Status.CANCELLED, "Nobody else came")
    assert len(written(mails)) == 1


def test_a_seat_that_changed_its_class_is_found_there_and_not_given_back(booked, act, far):
    made = booked("group-class")
    booked("group-class", start=made.start, booker=person("Bo", "bo@example.org"))
    seat = far.desk.engine.booking(made.uid).seats[0]
    later = next(start for start, _ in far.desk.engine.free_starts("group-class") if start != made.start)
    moved = far.desk.engine.move(Move(uid=made.uid, start=later, seat_id=seat.id))
    result = act(Act.CANCEL, made.uid, seat=GUEST, reason="Full")
    assert result.outcome is Outcome.CHANGED
    assert at(moved.uid, GUEST).start == later
    assert [each.person.email for each in far.desk.engine.booking(moved.uid).seats] == [GUEST]


@pytest.mark.parametrize(("span", "left"), [(Span.ONE, [0, 2, 3]), (Span.FOLLOWING, [0]), (Span.SERIES, [])])
def test_a_series_ends_as_far_as_it_was_meant_to(span, left, far, booked, act, post, mails, work):
    booked("weekly-coaching")
    dates = sorted(far.desk.engine.bookings(), key=lambda one: one.start)
    assert len(dates) == len(list(queries.everything())) == 4
    result = act(Act.CANCEL, dates[1].uid, reason="The course is full", span=span)
    assert result.outcome is Outcome.DONE
    assert [at(one.uid).status == Status.CONFIRMED for one in dates] == [place in left for place in range(4)]
    assert result.others == {Span.ONE: 0, Span.FOLLOWING: 2, Span.SERIES: 3}[span]
    work()
    assert len(written(mails)) == 4 - len(left)
    post.hand_over(times=2)
    work()
    assert len(written(mails)) == 4 - len(left)


# The database ---------------------------------------------------------------------------------------------------------


def test_a_database_that_takes_no_writes_stops_before_calcom_is_asked(booked, act, far, monkeypatch):
    made = booked()
    monkeypatch.setattr(carrying, "transaction", _busy(times=9))
    result = act(Act.CANCEL, made.uid, reason="Ill")
    assert result.outcome is Outcome.AWAY
    assert isinstance(result.error, Away)
    assert far.desk.engine.booking(made.uid).status is There.ACCEPTED


def test_what_could_not_be_recorded_is_said_and_brought_by_the_delivery(booked, act, far, post, mails, work, monkeypatch):
    made = booked()
    monkeypatch.setattr(carrying, "transaction", _busy(times=1, after=1))
    result = act(Act.CANCEL, made.uid, reason="Ill")
    assert (result.outcome, result.recorded) == (Outcome.DONE, False)
    assert at(made.uid).status == Status.CONFIRMED
    post.hand_over()
    work()
    assert at(made.uid).status == Status.CANCELLED
    assert len(written(mails)) == 1


def _busy(*, times, after=0):
    """A transaction that cannot begin so often, after it could."""
    left = {"good": after, "bad": times}

    @contextmanager
    def begin():
        if left["good"]:
            left["good"] -= 1
        elif left["bad"]:
            left["bad"] -= 1
            raise DatabaseBusy("taken")
        with transaction() as session:
            yield session

    return begin


def _counted(call, calls):
    def counted(*given, **named):
        calls.append(given)
        return call(*given, **named)

    return counted


@contextmanager
def _performing(what, call):
    before = carrying.PERFORM
    carrying.PERFORM = {**before, what: call}
    try:
        yield
    finally:
        carrying.PERFORM = before
