import hashlib
import re

import pytest

from app.web.public.links import opens_booking, sign_booking

WAIT = "Waiting for the calendar"
START = "2026-12-08T11:00:00.000Z"


@pytest.fixture(autouse=True)
def _now(moment):
    moment("2026-12-01T09:00Z")


@pytest.fixture
def visit(app):
    """`visit()`: a browser that has seen the booking page, and the hash that its booking will have."""

    def make():
        client = app.test_client()
        token = re.search(r'data-visitor="([^"]+)"', client.get("/book").text)[1]
        return client, hashlib.sha256(token.encode()).hexdigest()

    return make


def test_the_booking_of_this_browser_is_shown_in_both_zones(visit, book):
    client, visitor = visit()
    reference = book(visitor_hash=visitor)
    page = client.get(f"/booking/success?start={START}&state=confirmed")
    assert "You are booked" in page.text
    assert reference in page.text
    assert "Intro call" in page.text
    assert "20:00–20:30" in page.text
    assert "11:00–11:30 in London" in page.text
    assert "https://meet.example.com/room" in page.text
    assert f"/booking/{reference}/manage?t=" in page.text
    assert f"/booking/{reference}/calendar.ics?t=" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_no_uid_is_on_the_page(visit, book):
    client, visitor = visit()
    book(visitor_hash=visitor, uids=["secretuid1", "secretuid2"])
    assert "secretuid" not in client.get("/booking/success").text


def test_another_browser_sees_nothing_of_it(visit, book, app):
    _, visitor = visit()
    reference = book(visitor_hash=visitor)
    other, _ = visit()
    for client in (other, app.test_client()):
        for address in ("/booking/success", f"/booking/success?start={START}&state=confirmed", f"/booking/success/status?start={START}"):
            answer = client.get(address)
            assert reference not in answer.text
            assert "Ines" not in answer.text


def test_knowing_the_hash_or_an_empty_one_is_no_help(book, app):
    reference = book(visitor_hash="")
    client = app.test_client()
    with client.session_transaction() as session:
        session["visitor"] = []
    assert reference not in client.get("/booking/success").text


def test_before_the_webhook_the_page_waits_and_says_so(visit, book):
    client, visitor = visit()
    waiting = client.get(f"/booking/success?start={START}&state=confirmed")
    assert WAIT in waiting.text
    assert "11:00" in waiting.text
    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    assert client.get(f"/booking/success/status?start={START}").status_code == 204
    book(visitor_hash=visitor)
    status = client.get(f"/booking/success/status?start={START}")
    assert (status.status_code, status.headers["X-Booking-Status"], status.headers["Cache-Control"]) == (200, "confirmed", "no-store")
    assert "<html" not in status.text
    assert WAIT not in client.get(f"/booking/success?start={START}").text


def test_only_the_booking_at_that_time_is_shown(visit, book):
    client, visitor = visit()
    book(visitor_hash=visitor)
    assert WAIT in client.get("/booking/success?start=2026-12-09T11:00:00Z").text
    assert client.get("/booking/success/status?start=2026-12-09T11:00:00Z").status_code == 204


def test_after_the_hour_it_is_gone_from_this_page(visit, book, moment):
    client, visitor = visit()
    reference = book(visitor_hash=visitor)
    moment.forward(minutes=61)
    page = client.get(f"/booking/success?start={START}")
    assert reference not in page.text
    assert "Nothing to show in this browser" in page.text


@pytest.mark.parametrize("start", ["", "nonsense", "2026-13-45", "<script>", "9" * 500])
def test_a_start_that_is_none_is_ignored(visit, start):
    client, _ = visit()
    page = client.get("/booking/success", query_string={"start": start})
    assert page.status_code == 200
    assert WAIT not in page.text


@pytest.mark.parametrize(
    ("status", "heading", "badge"),
    [
        ("pending", "Your request is in", "Waiting for approval"),
        ("awaiting_payment", "One step left", "Payment due"),
        ("cancelled", "This booking was cancelled", "Cancelled"),
        ("rejected", "The request was declined", "Declined"),
    ],
)
def test_each_status_says_what_it_means(visit, book, status, heading, badge):
    client, visitor = visit()
    book(visitor_hash=visitor, status=status)
    page = client.get("/booking/success")
    assert heading in page.text
    assert badge in page.text
    assert "https://meet.example.com/room" not in page.text
    assert "calendar.ics" not in page.text


@pytest.mark.parametrize(("state", "heading"), [("pending", "Your request is in"), ("due", "One step left"), ("made-up", "You are booked")])
def test_the_wait_names_what_is_awaited(visit, state, heading):
    client, _ = visit()
    assert heading in client.get(f"/booking/success?start={START}&state={state}").text


def test_a_signed_link_leads_to_moving_and_cancelling_by_the_last_uid(client, book):
    reference = book(uids=["first", "last"])
    page = client.get(f"/booking/{reference}/manage?t={sign_booking(reference)}")
    assert 'href="https://app.cal.com/reschedule/last"' in page.text
    assert 'href="https://app.cal.com/booking/last?cancel=true"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_booking_that_is_not_paid_leads_on_to_the_payment(client, book):
    reference = book(status="awaiting_payment", uids=["first", "last"])
    page = client.get(f"/booking/{reference}/manage?t={sign_booking(reference)}").text
    assert 'href="https://app.cal.com/booking/last">' in page
    assert "Finish the payment" in page
    assert "Cancel this booking" in page
    assert "reschedule" not in page, "Cal.com moves nothing that is not paid"


@pytest.mark.parametrize("values", [{"status": "cancelled"}, {"status": "rejected"}])
def test_what_is_over_offers_a_new_booking_only(client, book, values):
    reference = book(**values)
    page = client.get(f"/booking/{reference}/manage?t={sign_booking(reference)}").text
    assert "app.cal.com" not in page
    assert "Book a consultation" in page


def test_what_has_begun_cannot_be_moved(client, book, moment):
    reference = book()
    moment("2026-12-08T11:10Z")
    assert "app.cal.com" not in client.get(f"/booking/{reference}/manage?t={sign_booking(reference)}").text


@pytest.mark.parametrize("page", ["manage", "calendar.ics"])
def test_a_wrong_or_missing_token_is_a_404(client, book, page):
    one, other = book(), book()
    for token in ("", "wrong", sign_booking(other), sign_booking(one)[:-2]):
        assert client.get(f"/booking/{one}/{page}", query_string={"t": token}).status_code == 404
    assert client.get(f"/booking/NOBODY/{page}", query_string={"t": sign_booking("NOBODY")}).status_code == 404


def test_links_survive_the_rotation_of_the_key(make_app):
    old = make_app(SECRET_KEY="o" * 40)
    with old.app_context():
        token = sign_booking("R1")
    new = make_app(SECRET_KEY="n" * 40, SECRET_KEY_FALLBACKS=["o" * 40])
    with new.app_context():
        assert opens_booking(token, "R1")
        assert not opens_booking(token, "R2")
    with make_app(SECRET_KEY="z" * 40).app_context():
        assert not opens_booking(token, "R1")


def test_the_calendar_file_has_the_uid_of_the_mails(client, book):
    reference = book(ical_uid="first@Cal.com")
    answer = client.get(f"/booking/{reference}/calendar.ics?t={sign_booking(reference)}")
    assert answer.mimetype == "text/calendar"
    assert f'filename="booking-{reference}.ics"' in answer.headers["Content-Disposition"]
    assert "UID:first@Cal.com" in answer.text
    assert "METHOD:PUBLISH" in answer.text


def test_without_a_calendar_uid_there_is_no_calendar_file(client, book):
    reference = book(ical_uid="")
    token = sign_booking(reference)
    assert "calendar.ics" not in client.get(f"/booking/{reference}/manage?t={token}").text
    assert client.get(f"/booking/{reference}/calendar.ics?t={token}").status_code == 404
