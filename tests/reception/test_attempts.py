"""However often a form is sent, one of those who send it asks Cal.com."""

from datetime import timedelta

import pytest

from app import clock
from app.away import DatabaseBusy
from app.calcom.errors import Away, NotAllowed, NotFound, Reason, Refused, Unsure
from app.calcom.types import Place
from app.db import transaction
from app.hosts.models import EventType
from app.reception import attempts, book
from app.reception.models import Outcome
from app.reception.questions import Answers


def begin(token="t"):
    with transaction() as session:
        return attempts.begin(session, token)


def test_the_first_one_asks_and_the_others_see_what_became_of_it(app):
    assert attempts.known("t") is None
    assert begin()
    assert not begin()
    assert begin("another form")
    assert attempts.known("t").outcome is Outcome.ASKING
    with transaction() as session:
        attempts.end(session, "t", Outcome.BOOKED, state="pending")
    assert (attempts.known("t").outcome, attempts.known("t").state) == (Outcome.BOOKED, "pending")


def test_a_refused_form_can_be_sent_again(app):
    begin()
    with transaction() as session:
        attempts.withdraw(session, "t")
    assert begin()


@pytest.mark.parametrize(("outcome", "minutes", "taken"), [("asking", 0, False), ("asking", 5, True), ("unsure", 0, True), ("booked", 5, False)])
def test_only_what_was_left_open_is_taken_over(app, moment, outcome, minutes, taken):
    moment("2026-12-01T09:00Z")
    begin()
    with transaction() as session:
        attempts.end(session, "t", Outcome(outcome))
    moment.forward(minutes=minutes)
    with transaction() as session:
        assert attempts.take_over(session, "t") is taken
    with transaction() as session:
        assert not attempts.take_over(session, "t"), "by one only"


def test_forms_that_nobody_has_open_any_more_are_forgotten(app, moment):
    moment("2026-12-01T09:00Z")
    begin("old")
    moment.forward(days=3)
    begin("new")
    attempts.forget_old()
    attempts.forget_old()
    assert attempts.known("old") is None
    assert attempts.known("new") is not None


# What Cal.com's answers lead to -----------------------------------------------------------------------------------------


class Desk:
    """A desk whose Cal.com answers with an error."""

    def __init__(self, error):
        self.error, self.asked, self.forgotten = error, [], 0
        self.client = self.bookings = self

    def create(self, wanted):
        self.asked.append(wanted)
        if isinstance(self.error, Exception):
            raise self.error
        return self.error

    def forget(self, _):
        self.forgotten += 1


def order(**values):
    kind = EventType(calcom_id=7, slug="intro", minutes=30, lengths=[], booking_fields=[], price=0, confirms_first=False)
    meant = values.pop("meant", {"name": "Ada", "email": "ada@example.org"})
    plain = {"kind": kind, "start": clock.now(), "minutes": 30, "zone": "UTC", "answers": Answers({}, meant), "place": None, "metadata": {}, "token": "t"}
    return book.Order(**(plain | values))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Refused("no", reason=Reason.TAKEN), "taken"),
        (Refused("no", reason=Reason.NOTICE), "notice"),
        (Refused("no", reason=Reason.LIMIT), "limit"),
        (Refused("no", fields={"size": "wrong"}), "other"),
        (NotAllowed("no"), "closed"),
        (NotFound("no"), "gone"),
        (Away("no"), "away"),
    ],
)
def test_a_refusal_has_its_reason_and_the_form_can_be_sent_again(app, error, why):
    desk, wanted = Desk(error), order()
    for _ in range(2):
        result = book.book(desk, wanted, policy=app.extensions["works"].policy)
        assert (result.outcome, result.why) == (Outcome.REFUSED, why)
    assert len(desk.asked) == 2
    assert desk.asked[0].attempt == desk.asked[1].attempt, "by it Cal.com's booking is recognised"
    assert desk.forgotten == (2 if why == "taken" else 0)


def test_what_nobody_knows_is_asked_again_under_the_same_attempt(app):
    desk, wanted = Desk(Unsure("?")), order()
    for _ in range(2):
        assert book.book(desk, wanted, policy=app.extensions["works"].policy).outcome is Outcome.UNSURE
    assert len({each.attempt for each in desk.asked}) == 1


def test_who_comes_second_waits_and_gives_up_some_day(app, monkeypatch):
    monkeypatch.setattr(book, "WAIT_SECONDS", 0.3)
    wanted = order()
    begin(wanted.attempt)
    desk = Desk(())
    assert book.book(desk, wanted, policy=app.extensions["works"].policy).outcome is Outcome.ASKING
    assert desk.asked == []


def test_a_booking_that_cannot_be_recorded_now_is_booked_all_the_same(app, monkeypatch):
    def busy(*_, **__):
        raise DatabaseBusy

    monkeypatch.setattr(book, "enter", busy)
    assert book.book(Desk(()), order(), policy=app.extensions["works"].policy).outcome is Outcome.BOOKED


def test_another_time_or_another_person_is_another_attempt():
    start = clock.now()
    same = [order(start=start).attempt, order(start=start).attempt]
    assert same[0] == same[1]
    assert order(start=start + timedelta(minutes=30)).attempt != same[0]
    assert order(start=start, meant={"name": "Bea", "email": "bea@example.org"}).attempt != same[0]


def test_a_phone_number_may_stand_for_the_address():
    by_answer = book.new_booking(order(meant={"name": "Ada", "attendeePhoneNumber": "+442079460000", "goal": "x"}))
    assert (by_answer.email, by_answer.phone, dict(by_answer.answers)) == ("", "+442079460000", {"goal": "x"})
    by_place = book.new_booking(order(place=Place(type="attendeePhone", value="+442079460001")))
    assert by_place.phone == "+442079460001"
