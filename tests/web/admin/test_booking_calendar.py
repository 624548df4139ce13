"""The app behind a meeting and the calendar that received it, on the booking's page."""

import pytest

from app import clock
from app.bookings import queries
from app.db import transaction
from app.hosts.models import EventType, Host
from app.sync.translate import facts_of


def test_a_delivery_that_names_the_calendar_is_believed(calcom, app, sign_in, deliver, work):
    import json  # noqa: PLC0415 -- only this test writes a body itself

    from app.sandbox import payloads  # noqa: PLC0415 -- the same
    from app.sandbox.engine import Engine  # noqa: PLC0415 -- the same
    from tests.factories.orders import order  # noqa: PLC0415 -- the same

    def told(happening):
        body = json.loads(payloads.body(happening, booker_url="http://localhost:8001"))
        body["payload"]["destinationCalendar"] = [{"integration": "google_calendar", "externalId": "robin@example.com", "name": "Work"}]
        body["payload"]["location"] = "integrations:daily"
        deliver(body)

    engine = Engine(announce=told, now=clock.now)
    engine.create(order(engine))
    (booking,) = queries.everything()
    assert booking.calendar == {"integration": "google_calendar", "name": "Work"}
    page = sign_in().get(f"/admin/calendar/{booking.reference}").text
    assert "Google Calendar, Work" in page
    assert "Cal Video" in page


@pytest.mark.parametrize("said", [None, [], "x", {"externalId": "y"}, [{"integration": ""}]])
def test_a_delivery_that_names_none_says_nothing(calcom, said):
    body = {
        "triggerEvent": "BOOKING_CREATED", "createdAt": "2026-12-01T09:00:00Z",
        "payload": {"uid": "u" * 20, "startTime": "2026-12-08T09:00:00Z", "endTime": "2026-12-08T09:30:00Z", "destinationCalendar": said},
    }  # fmt: skip
    assert "calendar" not in facts_of(body)[0].content


def test_without_a_word_from_cal_com_the_event_type_tells_it(app, book, sign_in):
    reference = book(event_type="intro")
    browser = sign_in()
    assert "<dt>Calendar</dt>" not in browser.get(f"/admin/calendar/{reference}").text
    with transaction() as session:
        host = Host(kind="person", calcom_id=1, username="robin", last_synced_at=clock.now())
        session.add(host)
        session.flush()
        destination = {"integration": "caldav_calendar", "name": ""}
        kind = EventType(calcom_id=1, host_id=host.id, slug="intro", minutes=30, people=["Robin@example.com"], destination=destination)
        kind.last_synced_at = clock.now()
        session.add(kind)
    assert "CalDAV" in browser.get(f"/admin/calendar/{reference}").text
