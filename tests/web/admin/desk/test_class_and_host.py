"""The pages on which a seat or a whole class is cancelled, and a host marked who did not come."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.bookings import queries
from app.calcom.client import client_of
from app.db import transaction
from app.sandbox.orders import NewBooking
from app.sandbox.state import Status as There
from tests.conftest import refresh, token_in
from tests.factories.near_calcom import NoPace
from tests.factories.orders import person


@pytest.fixture
def klass(booked):
    """Ada and Bo in a class: Ada's number here, and the row there."""
    reference, made = booked("group-class")
    booked("group-class", start=made.start, booker=person("Bo", "bo@example.org"))
    return reference, made


@pytest.fixture
def send(desk, klass):
    """`send(**fields)`: the form as it stands, with these fields."""
    path = f"/admin/calendar/{klass[0]}/act/cancel"

    def do(**fields):
        html = desk.get(path).text
        people = re.search(r'name="people" value="([^"]*)"', html)
        shown = {"csrf_token": token_in(html), "people": people[1] if people else ""}
        return desk.post(path, data={**shown, "reason": "Robin is ill", "span": "class"} | fields)

    return do


def statuses():
    refresh()
    return {one.booker_email: one.status for one in queries.everything()}


def test_the_form_offers_the_seat_and_the_class_and_names_everybody(klass, desk):
    html = desk.get(f"/admin/calendar/{klass[0]}/act/cancel").text
    assert "This seat: Ada Attendee" in html
    assert "The whole class (2 people)" in html
    assert re.search(r'value="one" checked', html), "one seat, unless somebody says otherwise"
    assert "All 2 lose this time. At Cal.com the class is cancelled once for everybody" in html
    assert re.search(r"The 2 people in the class</summary>.*Ada Attendee.*bo@example.org", html, re.DOTALL)
    assert "Cal.com cannot ask a class for another time" in html


def test_the_class_is_cancelled_with_one_press(klass, send, desk, far, mails, work):
    answer = send()
    assert answer.status_code == 302
    page = desk.get(answer.location).text
    assert "The whole class is cancelled, here and at Cal.com: 2 seats." in page
    assert "Asked, for the whole class (2)." in page
    assert statuses() == {"ada@example.org": "cancelled", "bo@example.org": "cancelled"}
    assert far.desk.engine.booking(klass[1].uid).status is There.CANCELLED
    work()
    assert sorted(mail.to for mail in mails.sent) == ["ada@example.org", "bo@example.org", "owner@example.com", "owner@example.com"]


def test_one_seat_leaves_the_others_alone(klass, send):
    assert send(span="one").status_code == 302
    assert statuses() == {"ada@example.org": "cancelled", "bo@example.org": "confirmed"}


def test_without_a_reason_the_choice_stays(klass, send):
    answer = send(reason="")
    assert answer.status_code == 422
    assert re.search(r'value="class" checked', answer.text)
    assert set(statuses().values()) == {"confirmed"}


@pytest.mark.parametrize("known_here", [True, False])
def test_somebody_who_joined_meanwhile_is_named_before_anything_happens(known_here, klass, desk, far, kept, deliver):
    path = f"/admin/calendar/{klass[0]}/act/cancel"
    html = desk.get(path).text
    people = re.search(r'name="people" value="([^"]*)"', html)[1]
    far.desk.engine.create(NewBooking(slug="group-class", start=klass[1].start, booker=person("Cy", "cy@example.org")))
    if known_here:
        deliver(kept.pop())
    answer = desk.post(path, data={"csrf_token": token_in(html), "people": people, "reason": "Ill", "span": "class"})
    assert answer.status_code == 409
    assert "cy@example.org" in answer.text
    assert "The whole class (3 people)" in answer.text
    assert "\nIll</textarea>" in answer.text
    assert set(statuses().values()) == {"confirmed"}
    assert far.desk.engine.booking(klass[1].uid).status is There.ACCEPTED


def test_a_key_that_is_not_the_hosts_is_said_to_be_so(klass, send, app, settings, far):
    app.extensions["works"].calcom = client_of(settings(**(far.settings | {"CALCOM_API_KEY": "cal_casey_key"})), pace=NoPace())
    answer = send()
    assert answer.status_code == 409
    assert "Cal.com cancels a whole class only for its host" in answer.text
    assert "\nRobin is ill</textarea>" in answer.text
    assert set(statuses().values()) == {"confirmed"}


def test_who_is_alone_in_a_class_has_no_choice_to_make(booked, desk):
    reference, _ = booked("group-class")
    html = desk.get(f"/admin/calendar/{reference}/act/cancel").text
    assert "With the last seat the class ends" in html
    assert 'name="span"' not in html


def test_a_host_cancels_the_own_class_and_is_offered_none_with_somebody_elses_seat(klass, sign_in):
    reference, made = klass
    host = sign_in(role=Role.HOST, email=made.host.email)
    assert "The whole class (2 people)" in host.get(f"/admin/calendar/{reference}/act/cancel").text
    given_away("bo@example.org")
    html = host.get(f"/admin/calendar/{reference}/act/cancel").text
    assert "The whole class" not in html
    assert "bo@example.org" not in html


def given_away(email):
    """The seat is another host's, as far as this site knows."""
    with transaction():
        next(one for one in queries.everything() if one.booker_email == email).host_email = "other@example.com"


def test_the_host_is_marked_with_one_press_and_the_page_says_what_is_owed(booked, desk, press, moment):
    reference, made = booked()
    assert "Host did not come" not in desk.get(f"/admin/calendar/{reference}").text
    moment(made.end + timedelta(minutes=1))
    path = f"/admin/calendar/{reference}/act/absent"
    answer = press(path, page=f"/admin/calendar/{reference}", email="host", absent="yes")
    page = desk.get(answer.location).text
    assert "Robin Meyer is marked as not having come." in page
    assert re.search(r"Robin Meyer <span[^>]*>Did not come</span>", page)
    assert "Ada Attendee met nobody. No mail goes out about that" in page
    assert "owner noted at Cal.com whether the host came" in page
    assert "No-show" not in page, "the guest is not marked"
    form = desk.get(f"{path}?email=host").text
    assert re.search(r'value="host" checked', form)
    answer = press(path, page=f"/admin/calendar/{reference}", email="host", absent="no")
    page = desk.get(answer.location).text
    assert "Robin Meyer is not marked as absent any more." in page
    assert "met nobody" not in page
