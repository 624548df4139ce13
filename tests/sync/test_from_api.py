"""What one row of Cal.com's API says of a booking."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.bookings.facts import Address, Kind
from app.calcom.types import Attendee, Booking, Host
from app.sync.from_api import TypeKnown, read
from app.sync.translate import NotUnderstood

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
ROBIN = Host(id=1, name="Robin Meyer", email="robin@example.com", username="demo", time_zone="Europe/London")
ADA = Attendee(name="Ada", email="Ada@Example.org", time_zone="Asia/Kolkata", language="en")
PLAIN = Booking(
    uid="aaaaaaaaaaaaaaaaaaaaaa", id=1, status="accepted", start=START, end=START + timedelta(minutes=30), duration_minutes=30,
    title="Intro between Robin Meyer and Ada", hosts=(ROBIN,), event_type_id=7, event_type_slug="intro", attendees=(ADA,),
    created_at=START, updated_at=START,
)  # fmt: skip


def said(types: dict[int, TypeKnown] | None = None, **values: Any) -> Any:
    return read(replace(PLAIN, **values), types or {})


@pytest.mark.parametrize(
    ("word", "kind"),
    [("accepted", Kind.CONFIRMED), ("pending", Kind.REQUESTED), ("awaiting_host", Kind.REQUESTED), ("cancelled", Kind.CANCELLED), ("rejected", Kind.REJECTED)],
)
def test_each_word_for_a_state(word: str, kind: Kind) -> None:
    assert said(status=word).said[0].kind is kind


def test_a_word_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(NotUnderstood, match="'postponed' is not known"):
        said(status="postponed")


def test_a_pending_booking_of_a_paid_type_waits_for_money_unless_it_was_moved() -> None:
    types = {7: TypeKnown(price=9000)}
    assert said(types, status="pending").said[0].kind is Kind.PAYMENT_DUE
    moved = said(types, status="pending", rescheduled_from_uid="b" * 22)
    assert (moved.said[0].kind, moved.said[0].paid, moved.moved_from) == (Kind.REQUESTED, True, "b" * 22)
    assert said({7: TypeKnown(price=9000, confirms_first=True)}, status="pending").said[0].kind is Kind.REQUESTED
    assert said(types).said[0].paid


def test_a_deleted_event_type_leaves_the_slug_open() -> None:
    assert said(event_type_id=None, event_type_slug="").said[0].content["event_type"] == ""


def test_the_booker_is_who_answered_and_guests_follow() -> None:
    guest = Attendee(name="", email="guest@example.org", time_zone="")
    content = said(attendees=(guest, ADA), guests=("guest@example.org", "other@example.org"), answers={"email": "ada@example.org"}).said[0].content
    assert content["booker"]["email"] == "Ada@Example.org"
    assert [person["email"] for person in content["attendees"]] == ["Ada@Example.org", "guest@example.org", "other@example.org"]
    assert said(attendees=(guest, ADA), guests=("guest@example.org",)).said[0].content["booker"]["email"] == "Ada@Example.org"


def test_somebody_with_a_phone_only_has_the_address_that_cal_com_makes_up() -> None:
    phone = Attendee(name="Ada", email="", phone="+44 20 7946 0000", time_zone="")
    assert said(attendees=(phone,)).said[0].content["booker"]["email"] == "442079460000@sms.cal.com"


def test_a_class_has_an_address_for_each_seat_and_nobody_reads_anothers_name() -> None:
    seats = tuple(replace(ADA, name=name, email=f"{name}@example.org", seat_uid=f"seat-{name}", answers={"notes": name}) for name in ("one", "two"))
    row = said(seated=True, attendees=seats, title="Class between Robin Meyer and one", metadata={"frontdesk_visitor": "token"})
    assert [each.address for each in row.said] == [Address(PLAIN.uid, "one@example.org"), Address(PLAIN.uid, "two@example.org")]
    assert [each.content["title"] for each in row.said] == ["Class between Robin Meyer and one", "Class between Robin Meyer and two"]
    assert [each.content["answers"]["notes"]["value"] for each in row.said] == ["one", "two"]
    assert "visitor_hash" not in row.said[1].content


def test_answers_bear_the_questions_words_and_the_visitor_stays_unnamed() -> None:
    types = {7: TypeKnown(labels={"goal": "What is it about?"})}
    content = said(types, answers={"goal": "Money", "empty": ""}, metadata={"frontdesk_visitor": "token", "campaign": "x"}).said[0].content
    assert content["answers"] == {"goal": {"label": "What is it about?", "type": "text", "value": "Money", "hidden": False}}
    assert content["metadata"] == {"campaign": "x"}
    assert len(content["visitor_hash"]) == 64


def test_the_link_to_meet_comes_from_the_metadata_or_the_place() -> None:
    assert said(location="https://meet.example.com/a").said[0].content["meeting_url"] == "https://meet.example.com/a"
    assert said(location="integrations:daily", metadata={"videoCallUrl": "https://v.example.com"}).said[0].content["meeting_url"] == "https://v.example.com"
    assert said(location="20 Quay Street").said[0].content["meeting_url"] == ""


def test_the_calendar_uid_names_the_first_of_a_chain() -> None:
    assert said(ical_uid=f"{'b' * 22}@Cal.com").said[0].clue == "b" * 22
    assert said(ical_uid=f"{PLAIN.uid}@Cal.com").said[0].clue == ""


def test_a_row_that_was_moved_away_names_its_successor_only_while_it_is_over() -> None:
    assert said(status="cancelled", rescheduled_to_uid="b" * 22).moved_to == "b" * 22
    assert said(rescheduled_to_uid="b" * 22).moved_to == ""
