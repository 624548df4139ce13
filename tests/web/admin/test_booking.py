import json
from datetime import timedelta

import pytest

from app.bookings import queries
from app.db import transaction
from app.sandbox.orders import Move
from app.web.admin.body import readable
from app.web.admin.diff import plain
from tests.factories.orders import next_free, order
from tests.web.admin.conftest import NOON


@pytest.fixture
def desk(sign_in):
    return sign_in()


def test_a_whole_life_stands_on_one_page(calcom, mails, work, desk):
    (made,) = calcom.create(order(calcom, "intro"))
    work()
    calcom.move(Move(uid=made.uid, start=next_free(calcom, "intro")))
    work()
    booking = next(iter(queries.everything()))
    page = desk.get(f"/admin/calendar/{booking.reference}").text
    assert "Ada Attendee" in page
    assert "Moved" in page
    assert page.count('class="entry entry-delivery"') == 2
    assert page.count('class="entry entry-mail"') == 8, "two confirmations, two moves, two reminders for each of the two times"
    assert "BOOKING_RESCHEDULED" in page
    assert '<span class="diff-label">Time</span>' in page
    assert '<del><span class="unseen">was </span>' in page
    assert "Raw body" in page
    assert "&#34;triggerEvent&#34;: &#34;BOOKING_CREATED&#34;" in page
    assert mails.sent[0].subject in page


def test_the_links_to_calcom_carry_the_uid_that_counts_now_and_the_text_does_not(app, book, desk):
    page = desk.get(f"/admin/calendar/{book(uids=['firstuid1234', 'seconduid5678'])}").text
    assert 'href="https://app.cal.com/reschedule/seconduid5678"' in page
    assert 'href="https://app.cal.com/booking/seconduid5678?cancel=true"' in page
    assert "<code>firstu…</code>, then <code>second…</code>" in page
    assert "firstuid1234" not in page


def test_what_is_over_offers_no_move(book, desk):
    for values in ({"status": "cancelled"}, {"start": NOON - timedelta(days=1)}):
        assert "reschedule/" not in desk.get(f"/admin/calendar/{book(**values)}").text


def test_an_older_number_leads_to_the_present_one(app, book, desk):
    main, alias = book(), book()
    with transaction() as session:
        younger = session.merge(queries.by_reference(alias))
        younger.alias_of_id = queries.by_reference(main).id
    answer = desk.get(f"/admin/calendar/{alias}")
    assert (answer.status_code, answer.location) == (302, f"/admin/calendar/{main}")
    assert desk.get(f"/admin/calendar/{main.lower()}").location == f"/admin/calendar/{main}"


def test_mails_say_why_they_were_skipped(book, mailed, desk):
    reference = book()
    mailed(booking_id=queries.by_reference(reference).id, state="cancelled", why="overtaken: the booking is now cancelled")
    page = desk.get(f"/admin/calendar/{reference}").text
    assert '<span class="badge badge-skipped">Skipped</span>' in page
    assert "Overtaken: the booking is now cancelled" in page


def test_the_bookers_own_time_stands_beside_ours(book, desk):
    page = desk.get(f"/admin/calendar/{book(booker_time_zone='Asia/Tokyo')}").text
    assert "12:00–12:30" in page
    assert "21:00–21:30" in page
    assert "Tokyo" in page


def test_answers_are_shown_and_hidden_ones_are_not(book, desk):
    answers = {"notes": {"label": "additional_notes", "value": "Ring twice"}, "secret": {"label": "Trace", "value": "internal", "hidden": True}}
    page = desk.get(f"/admin/calendar/{book(answers=answers, details={'utm_source': 'newsletter'})}").text
    assert "Additional notes" in page
    assert "Ring twice" in page
    assert "internal" not in page
    assert "newsletter" in page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (["a", 2], "a, 2"),
        ({"value": "London", "optionValue": ""}, "London"),
        ([{"a": 1}], '[{"a": 1}]'),
        (5, "5"),
        ("x" * 500, "x" * 400 + "…"),
    ],
)
def test_a_value_of_any_shape_is_text(value, text):
    assert plain(value) == text


def test_any_body_can_be_read():
    assert readable(None).kind == ""
    assert readable(b"\xff\x00").text == "ff 00"
    assert readable(b"not json").kind == "text"
    assert readable(json.dumps({"a": 1}).encode()).text == '{\n  "a": 1\n}'
    assert readable(b"[" * 100_000).kind == "text"
    assert readable(b"x" * 300_000).text.endswith("100,000 characters more")


@pytest.mark.parametrize(("status", "offered"), [("confirmed", True), ("cancelled", False), ("rejected", False)])
def test_the_way_into_a_meeting_is_shown_only_while_it_takes_place(book, desk, status, offered):
    page = desk.get(f"/admin/calendar/{book(status=status, meeting_url='https://meet.example.com/room')}").text
    assert ('href="https://meet.example.com/room"' in page) is offered
