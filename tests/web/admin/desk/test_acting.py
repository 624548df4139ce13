import re
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.bookings import queries
from app.sandbox.orders import Cancel, Move
from app.sandbox.state import Status as There
from tests.conftest import refresh, token_in
from tests.factories.orders import next_free, person


def status_of(reference):
    refresh()
    return queries.by_reference(reference).status


def seen_in(page):
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


def test_from_the_booking_to_a_cancellation_with_a_reason(booked, desk, far, mails, work):
    reference, made = booked()
    page = desk.get(f"/admin/calendar/{reference}").text
    assert f'href="/admin/calendar/{reference}/act/cancel"' in page
    assert "Cancel at Cal.com" not in page, "with a key it is done here"
    form = desk.get(f"/admin/calendar/{reference}/act/cancel").text
    assert "At Cal.com the meeting is cancelled and the time becomes free again." in form
    assert "This site writes to ada@example.org at once with the reason." in form
    assert re.search(r"\d planned mails? will not go out: reminder, ", form)
    data = {"csrf_token": token_in(form), "seen": seen_in(form), "reason": "Robin is  ill\ntoday"}
    answer = desk.post(f"/admin/calendar/{reference}/act/cancel", data=data)
    assert (answer.status_code, answer.location) == (302, f"/admin/calendar/{reference}")
    page = desk.get(answer.location).text
    assert "Cancelled, here and at Cal.com." in page
    assert "Robin is ill today" in page
    assert "owner asked Cal.com to cancel it" in page
    assert "Changed by owner" in page
    assert far.desk.engine.booking(made.uid).end_reason == "Robin is ill today"
    work()
    assert [mail.to for mail in mails.sent if "cancel" in mail.subject.lower()] == ["ada@example.org", "owner@example.com"]
    again = desk.post(f"/admin/calendar/{reference}/act/cancel", data=data)
    assert again.status_code == 302
    assert "not possible as the booking stands now" in desk.get(again.location).text
    work()
    assert len(mails.sent) == 2


def test_without_a_reason_nothing_happens_and_the_field_says_so(booked, press, far):
    reference, made = booked()
    answer = press(f"/admin/calendar/{reference}/act/cancel", reason="  ", span="following")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "the person reads it, and the booking keeps it" in answer.text
    answer = press(f"/admin/calendar/{reference}/act/cancel", reason="x" * 501)
    assert answer.status_code == 422
    assert "501 characters" in answer.text
    assert "x" * 501 in answer.text
    assert far.desk.engine.booking(made.uid).status is There.ACCEPTED


@pytest.mark.parametrize(
    ("dial", "code", "words"),
    [
        ("500*2", 503, "Press again in a moment; what you typed is still here."),
        ("429", 503, "Cal.com asks everybody to wait"),
        ("ok,html,500*20", 503, "Not known yet"),
        ("redirect*2", 503, "check CALCOM_API_URL"),
    ],
)
def test_what_was_typed_stays_when_calcom_fails(dial, code, words, booked, press, far):
    reference, _ = booked()
    far.turn(api_next=dial)
    answer = press(f"/admin/calendar/{reference}/act/cancel", reason="Robin is ill")
    assert answer.status_code == code
    assert words in answer.text
    assert "\nRobin is ill</textarea>" in answer.text
    assert status_of(reference) == "confirmed"


def test_a_key_that_counts_no_more_is_named_with_the_way_out(booked, press, far, monkeypatch):
    reference, _ = booked()
    monkeypatch.setattr("app.sandbox.key_ring.KeyRing.is_dead", lambda *_: True)
    answer = press(f"/admin/calendar/{reference}/act/cancel", reason="Ill")
    assert answer.status_code == 409
    assert "Check CALCOM_API_KEY" in answer.text


def test_an_old_page_does_nothing_and_shows_what_is_so_now(booked, desk, far, kept, deliver):
    reference, made = booked()
    form = desk.get(f"/admin/calendar/{reference}/act/cancel").text
    later = next_free(far.desk.engine)
    far.desk.engine.move(Move(uid=made.uid, start=later))
    deliver(kept.pop())
    answer = desk.post(f"/admin/calendar/{reference}/act/cancel", data={"csrf_token": token_in(form), "seen": seen_in(form), "reason": "Ill"})
    assert answer.status_code == 409
    assert "has changed since this page was opened" in answer.text
    assert "\nIll</textarea>" in answer.text
    assert seen_in(answer.text) != seen_in(form)
    assert status_of(reference) == "confirmed"


def test_what_moved_at_calcom_meanwhile_is_shown_with_its_new_time(booked, press, far):
    reference, made = booked()
    moved = far.desk.engine.move(Move(uid=made.uid, start=next_free(far.desk.engine)))
    answer = press(f"/admin/calendar/{reference}/act/cancel", reason="Ill")
    assert answer.status_code == 409
    assert "Cal.com has this booking otherwise than the page showed" in answer.text
    assert "\nIll</textarea>" in answer.text
    assert far.desk.engine.booking(moved.uid).status is There.ACCEPTED
    again = press(f"/admin/calendar/{reference}/act/cancel", reason="Ill")
    assert again.status_code == 302
    assert far.desk.engine.booking(moved.uid).status is There.CANCELLED


def test_what_was_cancelled_there_is_said_to_be_so(booked, press, desk, far):
    reference, made = booked("consultation")
    far.desk.engine.cancel(Cancel(uid=made.uid))
    answer = press(f"/admin/calendar/{reference}/act/decline", reason="No")
    assert answer.status_code == 302
    assert "otherwise than the page showed" in desk.get(answer.location).text
    assert status_of(reference) == "cancelled"


def test_a_request_is_confirmed_with_one_press(booked, press, desk, far):
    reference, made = booked("consultation")
    page = desk.get(f"/admin/calendar/{reference}").text
    assert "The request waits for your answer, at the latest until it would begin:" in page
    answer = press(f"/admin/calendar/{reference}/act/confirm", page=f"/admin/calendar/{reference}")
    assert "Confirmed, here and at Cal.com." in desk.get(answer.location).text
    assert far.desk.engine.booking(made.uid).status is There.ACCEPTED


def test_a_refusal_of_calcom_is_shown_with_its_words(booked, press):
    reference, _ = booked("paid-session")
    answer = press(f"/admin/calendar/{reference}/act/confirm", page=f"/admin/calendar/{reference}")
    assert answer.status_code == 302, "what waits for its payment offers only a cancellation"


def test_asking_for_another_time_says_what_calcom_does_and_how_else(booked, desk, press, far):
    reference, _ = booked()
    form = desk.get(f"/admin/calendar/{reference}/act/ask-to-move").text
    assert "sends Ada Attendee a link to choose another one" in form
    assert 'href="mailto:ada%40example.org?subject=' in form
    assert far.url.replace(":", "%3A") + "/reschedule/" in form.replace("%2F", "/")
    answer = press(f"/admin/calendar/{reference}/act/ask-to-move", reason="Robin is ill")
    assert "Asked for another time, here and at Cal.com." in desk.get(answer.location).text


def test_an_older_calcom_cannot_ask_and_says_how_else(booked, press, monkeypatch):
    reference, _ = booked()
    monkeypatch.setattr("app.sandbox.api.versions.KNOWN", ("2024-04-15", "2024-08-13"))
    answer = press(f"/admin/calendar/{reference}/act/ask-to-move", reason="Robin is ill")
    assert answer.status_code == 409
    assert "This Cal.com cannot do that" in answer.text
    assert "mailto:" in answer.text


def test_who_did_not_come_is_marked_by_one_press_and_unmarked_by_another(booked, press, desk, moment):
    reference, made = booked()
    assert "Did not come" not in desk.get(f"/admin/calendar/{reference}").text
    moment(made.start + timedelta(minutes=10))
    path = f"/admin/calendar/{reference}/act/absent"
    answer = press(path, page=f"/admin/calendar/{reference}", email="ada@example.org", absent="yes")
    page = desk.get(answer.location).text
    assert "Ada Attendee is marked as not having come." in page
    assert "No-show" in page
    answer = press(path, page=f"/admin/calendar/{reference}", email="ada@example.org", absent="no")
    assert "not marked as absent any more" in desk.get(answer.location).text
    assert press(path, email="stranger@example.org").status_code == 422


def test_one_seat_says_that_the_class_goes_on(booked, desk):
    reference, made = booked("group-class")
    booked("group-class", start=made.start, booker=person("Bo", "bo@example.org"))
    assert "The class takes place for everybody else" in desk.get(f"/admin/calendar/{reference}/act/cancel").text
    assert "ask-to-move" not in desk.get(f"/admin/calendar/{reference}").text


def test_a_date_of_a_series_asks_how_many(booked, desk, press, far):
    reference, _ = booked("weekly-coaching")
    assert "Every date that is still to come" in desk.get(f"/admin/calendar/{reference}/act/cancel").text
    answer = press(f"/admin/calendar/{reference}/act/cancel", reason="Full", span="series")
    assert "3 other dates of the series follow." in desk.get(answer.location).text
    assert {one.status for one in list(queries.everything())} == {"cancelled"}


@pytest.mark.parametrize("name", ["nonsense", "absent"])
def test_an_act_that_is_none_or_not_now_is_said_to_be_so(name, booked, desk):
    reference, _ = booked()
    answer = desk.get(f"/admin/calendar/{reference}/act/{name}")
    assert answer.status_code == (404 if name == "nonsense" else 302)


def test_who_may_only_read_is_offered_nothing(booked, sign_in):
    reference, made = booked()
    browser = sign_in(role=Role.READ_ONLY, email="reader@example.com")
    page = browser.get(f"/admin/calendar/{reference}").text
    assert "/act/" not in page
    assert "Add a note" not in page
    assert made.uid not in page


def test_a_host_acts_on_the_own_bookings_only(booked, sign_in, far):
    reference, made = booked()
    own = sign_in(role=Role.HOST, email=made.host.email)
    assert own.get(f"/admin/calendar/{reference}/act/cancel").status_code == 200
    other = sign_in(role=Role.HOST, email="other@example.com")
    assert other.get(f"/admin/calendar/{reference}/act/cancel").status_code == 404
    form = own.get(f"/admin/calendar/{reference}/act/cancel").text
    foreign = other.post(f"/admin/calendar/{reference}/act/cancel", data={"csrf_token": token_in(other.get("/admin/calendar").text), "reason": "Mine"})
    assert foreign.status_code == 404
    assert own.post(f"/admin/calendar/{reference}/act/cancel", data={"csrf_token": token_in(form), "reason": "Ill"}).status_code == 302
    assert far.desk.engine.booking(made.uid).status is There.CANCELLED
