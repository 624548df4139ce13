"""Every trigger, in every shape: what changes a booking does, what does not is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.bookings import queries
from app.bookings.models import Booking
from app.forms import submissions
from app.hosts import absences
from app.inbox import queries as inbox

Deliver = Callable[..., Any]


def only() -> Booking:
    (booking,) = queries.everything()
    return booking


def booking_body(trigger: str, at: str, **payload: Any) -> dict[str, Any]:
    base = {
        "uid": "u1", "startTime": "2027-12-02T09:00:00Z", "endTime": "2027-12-02T09:30:00Z", "title": "Intro", "type": "intro",
        "organizer": {"name": "Host", "email": "host@example.com"}, "attendees": [{"name": "Ada", "email": "ada@example.org"}],
    }  # fmt: skip
    return {"triggerEvent": trigger, "createdAt": f"2026-11-20T{at}.000Z", "payload": base | payload}


@pytest.mark.parametrize("order", [(102, 103, 104), (104, 103, 102), (103, 102, 104), (104, 102, 103)])
def test_a_paid_booking_is_confirmed_and_paid_in_any_order(order: tuple[int, ...], deliver: Deliver) -> None:
    for number in order:
        deliver(number)
    assert (only().status, only().payment) == ("confirmed", "paid")
    assert [(line["kind"], line["amount"], line["currency"]) for line in only().ledger] == [("due", 5000, "eur"), ("paid", 5000, "eur")]
    assert "identifier" not in only().details
    assert only().details["order_id"] == "ORD-900"


def test_a_payment_that_was_only_started_awaits_payment(deliver: Deliver) -> None:
    deliver(102)
    assert (only().status, only().payment) == ("awaiting_payment", "due")


def test_a_payment_confirms_what_waited_for_it_even_if_the_confirmation_was_lost(deliver: Deliver) -> None:
    deliver(102)
    deliver(104)
    assert (only().status, only().payment) == ("confirmed", "paid")


def test_a_repeated_payment_callback_does_not_revive_a_cancelled_booking(deliver: Deliver) -> None:
    deliver(booking_body("BOOKING_PAYMENT_INITIATED", "10:00:00", status="ACCEPTED", paymentId=1, price=100, currency="EUR"))
    deliver(booking_body("BOOKING_PAID", "10:01:00", status="ACCEPTED", paymentId=1, price=100, currency="EUR"))
    deliver(booking_body("BOOKING_CANCELLED", "10:02:00"))
    deliver(booking_body("BOOKING_PAID", "10:03:00", status="ACCEPTED", paymentId=1, price=100, currency="EUR"))
    assert (only().status, only().payment, len(only().ledger)) == ("cancelled", "paid", 2)


def test_no_show_is_a_mark_that_can_be_taken_back_and_may_come_first(deliver: Deliver, captured: Callable[[int], dict[str, Any]]) -> None:
    deliver(28)
    deliver(27)
    assert (only().attendees[0]["email"], only().attendees[0]["state"]) == ("ada@example.org", "no_show")
    off = captured(28)["body"].replace("true", "false").replace("16:14:12.287", "16:20:00.000")
    deliver(off)
    assert only().attendees[0]["state"] == "attending"


def test_an_absence_mark_reaches_the_right_seat(deliver: Deliver) -> None:
    for email in ("one@example.org", "two@example.org"):
        person = {"name": email, "email": email}
        deliver(
            booking_body("BOOKING_CREATED", "10:00:00", seatsPerTimeSlot=3, attendeeSeatId=email, attendees=[person], responses={"email": {"value": email}})
        )
    marks = [{"email": "two@example.org", "noShow": True}]
    deliver({"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "createdAt": "2027-12-02T10:00:00.000Z", "payload": {"bookingUid": "u1", "attendees": marks}})
    assert {row.booker_email: row.attendees[0]["state"] for row in queries.everything()} == {"one@example.org": "attending", "two@example.org": "no_show"}


def test_a_new_place_and_a_new_host_are_taken_over(deliver: Deliver) -> None:
    deliver(booking_body("BOOKING_CREATED", "10:00:00", location="Room 1"))
    deliver(booking_body("BOOKING_LOCATION_UPDATED", "10:01:00", location="https://meet.example.com/x", previousLocation="Room 1"))
    deliver(booking_body("BOOKING_REASSIGNED", "10:02:00", location="https://meet.example.com/x", organizer={"name": "New", "email": "new@example.com"}))
    assert (only().status, only().meeting_url, only().host_email) == ("confirmed", "https://meet.example.com/x", "new@example.com")


def test_a_new_place_does_not_revive_a_cancelled_booking(deliver: Deliver) -> None:
    deliver(booking_body("BOOKING_CREATED", "10:00:00"))
    deliver(booking_body("BOOKING_CANCELLED", "10:01:00"))
    deliver(booking_body("BOOKING_LOCATION_UPDATED", "10:02:00", location="Room 2", status="ACCEPTED"))
    assert only().status == "cancelled"


def test_a_change_of_place_stands_in_for_a_lost_creation(deliver: Deliver) -> None:
    deliver(booking_body("BOOKING_LOCATION_UPDATED", "10:02:00", location="Room 2", status="ACCEPTED"))
    assert (only().status, only().location) == ("confirmed", "Room 2")


def test_the_scheduled_start_is_evidence_and_never_a_change(deliver: Deliver) -> None:
    for number in (376, 377, 378):
        deliver(number)
    before = (only().status, only().start, only().change_count)
    for number in (379, 380):
        deliver(number)
    assert (only().status, only().start, only().change_count) == before
    assert [row.state for row in inbox.everything()][-2:] == ["processed", "processed"]
    assert len(queries.delivery_ids(only())) == 5


def test_the_end_of_a_series_says_that_its_siblings_await_the_sync(deliver: Deliver) -> None:
    for number in (45, 46, 47, 48, 50):
        deliver(number)
    cancelled = [row for row in queries.everything() if row.status == "cancelled"]
    assert len(cancelled) == 1
    assert any("the next sync" in change.cause for change in queries.changes_of(cancelled[0]))


def test_form_answers_and_absences_are_kept_as_rows(deliver: Deliver, captured: Callable[[int], dict[str, Any]]) -> None:
    for _ in range(2):
        deliver(54)
        deliver(51)
    (form,) = submissions.everything()
    assert (form.form_name, form.email, form.answers["department"], form.without_booking) == ("Intake form", "ada@example.org", ["Physio"], False)
    edited = captured(51)["body"].replace("Ski trip", "Longer ski trip").replace("16:16:01.842", "17:00:00.000")
    deliver(edited)
    deliver(51)
    (absence,) = absences.everything()
    assert (absence.notes, absence.host_email) == ("Longer ski trip", "pro@example.com")


def test_an_older_body_without_an_envelope_is_the_same_booking(deliver: Deliver) -> None:
    body = {
        "id": 7, "uid": "old1", "user": {"name": "Host", "email": "host@example.com"}, "eventType": {"slug": "intro", "title": "Intro"},
        "attendees": [{"name": "Ada", "email": "ada@example.org"}], "startTime": "2027-12-02T09:00:00Z", "endTime": "2027-12-02T09:30:00Z",
        "status": "ACCEPTED", "updatedAt": "2026-11-20T10:00:00Z",
    }  # fmt: skip
    deliver(body)
    deliver({"payload": body | {"status": "CANCELLED", "updatedAt": "2026-11-20T11:00:00Z"}})
    assert (only().status, only().uids, only().host_email, only().event_type) == ("cancelled", ["old1"], "host@example.com", "intro")


def test_one_person_is_one_customer_however_the_address_is_written(deliver: Deliver) -> None:
    for number, email in enumerate(("Ada@Example.org", "ada@example.org")):
        deliver(booking_body("BOOKING_CREATED", f"10:0{number}:00", uid=f"u{number}", attendees=[{"name": "Ada", "email": email}]))
    assert len({row.customer_id for row in queries.everything()}) == 1


def test_answers_keep_label_type_and_hidden_by_slug(deliver: Deliver) -> None:
    deliver(200)
    kinds = {slug: answer["type"] for slug, answer in only().answers.items()}
    assert {"text", "boolean", "choices"} <= set(kinds.values())
    assert any(answer["hidden"] for answer in only().answers.values())


def test_what_no_database_takes_is_cleaned_and_never_fails(deliver: Deliver) -> None:
    hostile = '"metadata": {"a\\u0000b": "\\ud800", "n": NaN, "big": [[[1]]]}, "responses": {"x": {"value": ["\\u0000", {"y": Infinity}]}}'
    payload = '"uid": "h1", "startTime": "2027-12-02T09:00:00Z", "endTime": "2027-12-02T09:30:00Z", "attendees": [{"email": "ada@example.org"}]'
    deliver(f'{{"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-11-20T10:00:00Z", "payload": {{{payload}, {hostile}}}}}')
    assert [row.error for row in inbox.everything()] == [None]
    assert only().details == {"ab": "?", "n": None, "big": [[[1]]]}


def test_every_sample_is_understood_or_kept(deliver: Deliver, captured_folder: Path) -> None:
    for path in sorted((captured_folder.parent / "samples").glob("*.json")):
        deliver(path.read_bytes())
    states = {row.trigger: row.state for row in inbox.everything()}
    assert states.pop("PING") == "ignored"
    assert set(states.values()) == {"processed"}
