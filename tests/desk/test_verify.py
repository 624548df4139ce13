"""Ours beside Cal.com's: what differs, and taking it over; both databases, real HTTP."""

from datetime import timedelta

import pytest

from app.bookings import queries
from app.bookings.facts import Address
from app.bookings.models import Status
from app.calcom.errors import Away
from app.desk.verify import accept, verify
from app.outbox import queries as outbox
from app.sandbox.catalogue import Place, PlaceKind
from app.sandbox.orders import Cancel, Move
from tests.conftest import in_worker, refresh
from tests.desk.conftest import at, history
from tests.factories.orders import next_free, person

GUEST = "ada@example.org"


@pytest.fixture
def look(app):
    """`look(uid, seat="")`: what a look finds."""
    works = app.extensions["works"]
    return lambda uid, seat="": in_worker(app, lambda: verify(works.calcom, at(uid, seat), Address(uid, seat)))


@pytest.fixture
def take(app, robin):
    """`take(verdict, uid, seat="")`: takes over what this look showed."""
    works = app.extensions["works"]

    def do(shown, uid, seat=""):
        return in_worker(app, lambda: accept(works.calcom, at(uid, seat), Address(uid, seat), shown=shown.digest, by=robin, policy=works.policy))

    return do


def different(verdict):
    return {line.field: (line.ours, line.theirs) for line in verdict.lines if not line.same}


def test_what_both_have_alike_shows_no_difference(booked, look):
    made = booked()
    verdict = look(made.uid)
    assert verdict.known
    assert not verdict.differs
    assert len(verdict.lines) == 21


def test_a_lost_move_shows_field_by_field_and_is_taken_over_once(booked, look, take, far, post, mails, work):
    made = booked()
    later = next_free(far.desk.engine)
    far.desk.engine.move(Move(uid=made.uid, start=later))
    found = different(look(made.uid))
    assert set(found) == {"start", "end"}
    assert found["start"] == (made.start, later)
    assert at(made.uid).start == made.start, "looking changes nothing"
    assert take(look(made.uid), made.uid) is None
    work()
    booking = at(made.uid)
    assert (booking.start, booking.moved) == (later, 1)
    assert ("admin:Robin", "start", later.isoformat()) in history(booking)
    assert [mail.kind for mail in outbox.of_bookings([booking.id]) if mail.kind == "rescheduled" and mail.state == "sent"] == ["rescheduled"]
    sent = len(mails.sent)
    post.hand_over(times=2)
    work()
    assert len(mails.sent) == sent
    assert at(made.uid).moved == 1


def test_a_lost_cancellation_and_a_place_that_nobody_told_of(booked, look, take, far, mails, work):
    made = booked()
    far.desk.engine.change_place(made.uid, Place(kind=PlaceKind.LINK, value="https://meet.example.com/x"))
    assert different(look(made.uid))["location"][1] == "https://meet.example.com/x"
    far.desk.engine.cancel(Cancel(uid=made.uid, reason="Cannot come"))
    found = different(look(made.uid))
    assert found["status"] == (Status.CONFIRMED, Status.CANCELLED)
    assert found["reason"] == ("", "Cannot come")
    assert take(look(made.uid), made.uid) is None
    work()
    assert len([mail for mail in mails.sent if mail.to == GUEST]) == 1
    assert not look(made.uid).differs


def test_what_changed_after_the_look_is_shown_and_not_taken_over(booked, look, take, far):
    made = booked()
    far.desk.engine.change_place(made.uid, Place(kind=PlaceKind.LINK, value="https://meet.example.com/x"))
    shown = look(made.uid)
    far.desk.engine.cancel(Cancel(uid=made.uid))
    left = take(shown, made.uid)
    assert left is not None
    assert "status" in different(left)
    assert at(made.uid).status == Status.CONFIRMED


def test_what_calcom_does_not_know_is_said_and_may_be_noted(booked, look, take, far, mails, work):
    made = booked()
    far.desk.reset()
    verdict = look(made.uid)
    assert not verdict.known
    assert set(different(verdict)) == {"missing_since"}
    assert take(verdict, made.uid) is None
    work()
    booking = at(made.uid)
    assert (booking.status, bool(booking.missing_since)) == (Status.CONFIRMED, True)
    assert [mail.to for mail in mails.sent] == ["owner@example.com"]
    again = look(made.uid)
    assert not again.known
    assert not again.differs


def test_a_seat_that_was_given_back_or_changed_its_class(booked, look, take, far):
    first = booked("group-class")
    booked("group-class", start=first.start, booker=person("Bo", "bo@example.org"))
    assert not look(first.uid, GUEST).differs
    seats = far.desk.engine.booking(first.uid).seats
    later = next(start for start, _ in far.desk.engine.free_starts("group-class") if start > first.start + timedelta(days=1))
    far.desk.engine.move(Move(uid=first.uid, start=later, seat_id=seats[0].id))
    assert different(look(first.uid, GUEST))["start"] == (first.start, later)
    assert take(look(first.uid, GUEST), first.uid, GUEST) is None
    assert at(first.uid, GUEST).start == later
    far.desk.engine.cancel(Cancel(uid=first.uid, seat_id=seats[1].id))
    assert different(look(first.uid, "bo@example.org"))["status"] == (Status.CONFIRMED, Status.CANCELLED)


def test_a_calcom_that_is_away_raises_and_nothing_is_held_open(booked, look, far):
    made = booked()
    far.turn(api_next="500*9")
    with pytest.raises(Away):
        look(made.uid)


def test_a_late_delivery_after_taking_over_does_not_turn_it_back(booked, look, take, far, post, deliver):
    made = booked("consultation")
    post.late.clear()
    far.desk.engine.confirm(made.uid)
    confirmed = post.late.pop()
    far.desk.engine.cancel(Cancel(uid=made.uid, reason="Ill"))
    assert take(look(made.uid), made.uid) is None
    deliver(confirmed)
    refresh()
    assert at(made.uid).status == Status.CANCELLED
    assert len(list(queries.everything())) == 1
