"""What deliveries and reads say of a host who did not come: one mark, in any order."""

from itertools import permutations

import pytest

from app.bookings import queries

HOST, GUEST = "host@example.com", "ada@example.org"


def booking(at="10:00:00"):
    return said("BOOKING_CREATED", at, uid="u1", startTime="2026-11-20T11:00:00Z", endTime="2026-11-20T11:30:00Z", title="Intro", type="intro",
                organizer={"name": "Host", "email": HOST}, attendees=[{"name": "Ada", "email": GUEST}])  # fmt: skip


def in_the_room(email, at="11:05:00"):
    return said("AFTER_HOSTS_CAL_VIDEO_NO_SHOW", at, bookingUid="u1", hostEmail=email, noShowHost=True, startTime="2026-11-20T11:00:00Z")


def marked(at, **marks):
    return said("BOOKING_NO_SHOW_UPDATED", at, bookingUid="u1", attendees=[{"email": email, "noShow": mark} for email, mark in marks.items()])


def said(trigger, at, **payload):
    return {"triggerEvent": trigger, "createdAt": f"2026-11-20T{at}.000Z", "payload": payload}


def only():
    (found,) = queries.everything()
    return found


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_host_who_was_not_in_the_video_room_is_marked_until_somebody_says_otherwise(order, deliver):
    bodies = [booking(), in_the_room(HOST.upper()), marked("11:20:00", **{HOST: False})]
    for place in order:
        deliver(bodies[place])
    assert not only().host_absent
    assert only().attendees[0]["state"] == "attending"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_early_or_late_the_missing_host_is_marked_and_the_guest_is_not(order, deliver):
    bodies = [booking(), in_the_room(HOST)]
    for place in order:
        deliver(bodies[place])
        deliver(bodies[place])
    assert only().host_absent
    assert only().attendees[0]["state"] == "attending"


def test_a_missing_co_host_marks_nobody(deliver):
    deliver(booking())
    deliver(in_the_room("second-host@example.com"))
    assert not only().host_absent


def test_a_mark_of_the_guest_says_nothing_of_the_host(deliver):
    deliver(booking())
    deliver(in_the_room(HOST))
    deliver(marked("11:30:00", **{GUEST: True}))
    assert (only().host_absent, only().attendees[0]["state"]) == (True, "no_show")


def test_the_recorded_mark_of_a_guest_leaves_the_host_alone(deliver):
    deliver(27)
    deliver(28)
    assert (only().host_absent, only().attendees[0]["state"]) == (False, "no_show")
