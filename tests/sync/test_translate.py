"""Cal.com's shapes in our words."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.bookings.facts import Kind
from app.sync.translate import KINDS, NotUnderstood, facts_of

Body = dict[str, Any]


def body(trigger: str = "BOOKING_CREATED", **payload: Any) -> Body:
    """The smallest booking delivery, with these differences."""
    base = {
        "uid": "u1", "startTime": "2026-12-02T09:00:00Z", "endTime": "2026-12-02T09:30:00Z", "title": "Intro", "type": "intro",
        "organizer": {"name": "Host", "email": "host@example.com"}, "attendees": [{"name": "Ada", "email": "ada@example.org"}],
    }  # fmt: skip
    return {"triggerEvent": trigger, "createdAt": "2026-11-20T16:10:19.806Z", "payload": base | payload}


@pytest.mark.parametrize("spelling", ["2026-12-02T09:00:00Z", "2026-12-02T09:00:00.000Z", "2026-12-02T09:00:00+00:00", "2026-12-02T10:00:00+01:00"])
def test_every_spelling_of_an_instant_is_the_same_instant(spelling: str) -> None:
    (fact,) = facts_of(body(startTime=spelling))
    assert fact.content["start"] == "2026-12-02T09:00:00+00:00"


def test_the_booker_is_who_answered_even_when_a_guest_stands_first() -> None:
    people = [{"name": "Guest", "email": "guest@example.org"}, {"name": "Ada", "email": "ada@example.org"}]
    (fact,) = facts_of(body(attendees=people, responses={"email": {"label": "email", "value": "ada@example.org"}}))
    assert [person["email"] for person in fact.content["attendees"]] == ["ada@example.org", "guest@example.org"]


def test_a_reschedule_says_two_things() -> None:
    new, old = facts_of(body("BOOKING_RESCHEDULED", rescheduleUid="u0"))
    assert (new.uid, new.kind) == ("u1", Kind.CONFIRMED)
    assert (old.uid, old.kind, old.linked_uid) == ("u0", Kind.MOVED, "u1")


def test_a_class_moved_in_place_says_one_thing_for_each_person() -> None:
    people = [{"name": "One", "email": "one@example.org"}, {"name": "Two", "email": "two@example.org"}]
    facts = facts_of(body("BOOKING_RESCHEDULED", rescheduleUid="u1", seatsPerTimeSlot=4, attendees=people))
    assert [(fact.seat, fact.kind) for fact in facts] == [("one@example.org", Kind.CONFIRMED), ("two@example.org", Kind.CONFIRMED)]


def test_the_visitor_token_is_kept_as_a_hash_only() -> None:
    (fact,) = facts_of(body(metadata={"frontdesk_visitor": "the-token", "order": "7"}))
    assert fact.content["metadata"] == {"order": "7"}
    assert len(fact.content["visitor_hash"]) == 64
    assert "the-token" not in str(fact)


def test_the_seat_of_another_never_links_by_calendar_uid() -> None:
    (fact,) = facts_of(body("BOOKING_CANCELLED", seatsPerTimeSlot=3, iCalUID="jwe87vz7aiSiwPtmFKXzuW@Cal.com"))
    assert fact.linked_uid == ""


MEET = "https://meet.example.com/x"


@pytest.mark.parametrize("url", [{"location": MEET}, {"metadata": {"videoCallUrl": MEET}}, {"videoCallData": {"url": MEET}}])
def test_the_meeting_link_is_found_wherever_it_stands(url: Body) -> None:
    (fact,) = facts_of(body(**url))
    assert fact.content["meeting_url"] == MEET


def test_answers_are_kept_by_slug_and_a_place_without_a_value_is_none() -> None:
    (fact,) = facts_of(body(responses={"notes": {"label": "additional_notes", "value": "hello", "isHidden": False}, "title": {"label": "what"}}))
    assert fact.content["answers"] == {"notes": {"label": "additional_notes", "type": "text", "value": "hello", "hidden": False}}


def test_names_that_no_database_takes_are_cleaned() -> None:
    (fact,) = facts_of(body(attendees=[{"name": "A\x00da \ud800", "email": "ada@example.org"}]))
    assert fact.content["booker"]["name"] == "Ada ?"


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"uid": ""}, "payload.uid"), ({"startTime": None}, "payload.startTime"), ({"endTime": "later"}, "endTime: not a time"),
        ({"attendees": "nobody"}, "payload.attendees"), ({"startTime": "9999-99-99"}, "startTime: not a time"),
    ],
)  # fmt: skip
def test_what_a_booking_cannot_do_without_is_named(broken: Body, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        facts_of(body(**broken))


def test_every_captured_booking_delivery_is_understood(captured: Callable[[int], Body], captured_numbers: list[int]) -> None:

    bodies = [json.loads(captured(number)["body"]) for number in captured_numbers if captured(number)["trigger"] in KINDS]
    assert all(facts_of(found) for found in bodies)
