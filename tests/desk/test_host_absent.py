"""The host did not come: marked at Cal.com and here, with what follows for the mails."""

from dataclasses import replace

import pytest

from app.bookings import queries
from app.calcom.errors import Refused
from app.desk.wishes import HOST, Act, Outcome
from app.outbox import queries as outbox
from app.timing import step
from tests.conftest import refresh
from tests.desk.conftest import at, history
from tests.desk.test_carry_out import WAYS, acts
from tests.factories.orders import person

GUEST = "ada@example.org"


@pytest.fixture
def site(app):
    """A site that thanks people for coming and asks those who did not."""
    works = app.extensions["works"]
    works._policy = replace(works.policy, reminders=(), follow_up=(step("1d"),), re_engagement=(step("2d"),))
    return works


@pytest.fixture
def fates(site):
    def found(booking):
        refresh()
        mails = outbox.of_bookings(queries.row_numbers(booking))
        return {mail.kind: (mail.state, mail.why) for mail in mails if mail.kind.startswith(("follow_up", "re_engagement"))}

    return found


@pytest.mark.parametrize("way", WAYS)
def test_the_host_is_marked_and_unmarked_and_every_mark_is_one_line(way, booked, act, far, post, moment):
    made = booked()
    moment(made.start)
    for absent in (True, False):
        post.fast = way == "before"
        moment.forward(minutes=1)
        assert act(Act.ABSENT, made.uid, email=HOST, absent=absent).outcome is Outcome.DONE
        assert far.desk.engine.booking(made.uid).host_absent is absent
        assert at(made.uid).host_absent is absent
        assert [person["state"] for person in at(made.uid).attendees] == ["attending"], "the guest is not marked with it"
        assert act(Act.ABSENT, made.uid, email=HOST, absent=absent).outcome is Outcome.ALREADY
    assert post.late == [], "Cal.com tells nobody of a host who did not come"
    assert [line[0:2] for line in history(at(made.uid))] == [("admin:Robin", "host_absent")] * 2
    assert {line[0] for line in acts()} == {"booking.host-absent"}


def test_before_its_start_nobody_can_have_missed_it(booked, act):
    made = booked()
    result = act(Act.ABSENT, made.uid, email=HOST)
    assert result.outcome is Outcome.REFUSED
    assert isinstance(result.error, Refused)
    assert not at(made.uid).host_absent


def test_who_met_nobody_is_neither_thanked_nor_told_that_they_missed_it(site, fates, booked, act, moment, work, mails):
    made = booked()
    assert fates(at(made.uid))["follow_up_1"][0] == "planned"
    moment(made.end)
    act(Act.ABSENT, made.uid, email=HOST)
    assert fates(at(made.uid)) == {"follow_up_1": ("cancelled", "the host did not come")}
    act(Act.ABSENT, made.uid, email=GUEST)
    assert {state for state, _ in fates(at(made.uid)).values()} == {"cancelled"}, "both marked: still nobody is blamed"
    moment.forward(days=3)
    work()
    assert [mail for mail in mails.sent if mail.to == GUEST] == []


def test_a_mark_taken_back_lets_the_mails_go_out_as_planned(site, fates, booked, act, moment, work, mails):
    made = booked()
    moment(made.end)
    act(Act.ABSENT, made.uid, email=HOST)
    moment.forward(minutes=1)
    act(Act.ABSENT, made.uid, email=HOST, absent=False)
    assert fates(at(made.uid))["follow_up_1"][0] == "planned"
    moment.forward(days=1)
    work()
    assert len([mail for mail in mails.sent if mail.to == GUEST]) == 1


def test_the_guest_who_was_marked_first_is_not_blamed_once_the_host_is_marked_too(site, fates, booked, act, moment):
    made = booked()
    moment(made.end)
    act(Act.ABSENT, made.uid, email=GUEST)
    assert fates(at(made.uid))["re_engagement_1"][0] == "planned"
    moment.forward(minutes=1)
    act(Act.ABSENT, made.uid, email=HOST)
    assert fates(at(made.uid))["re_engagement_1"] == ("cancelled", "the host did not come")


def test_a_host_who_missed_a_class_missed_it_for_everybody(booked, act, moment):
    made = booked("group-class")
    booked("group-class", start=made.start, booker=person("Bo", "bo@example.org"))
    moment(made.start)
    assert act(Act.ABSENT, made.uid, seat=GUEST, email=HOST).outcome is Outcome.DONE
    assert [at(made.uid, email).host_absent for email in (GUEST, "bo@example.org")] == [True, True]


@pytest.mark.parametrize("slug", ["intro", "group-class"])
def test_a_mark_that_was_made_at_calcom_is_learned_by_a_comparison_and_looks_the_same(slug, booked, act, far, moment):
    made = booked(slug)
    seat = GUEST if slug == "group-class" else ""
    moment(made.start)
    far.desk.engine.mark_absent(made.uid, host=True, attendees={})
    assert act(Act.ABSENT, made.uid, seat=seat, email=HOST).outcome is Outcome.ALREADY
    assert at(made.uid, seat).host_absent
