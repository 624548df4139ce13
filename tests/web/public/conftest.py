from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.bookings.indexing import keep
from app.bookings.models import Booking, BookingAddress
from app.db import transaction

START = datetime(2026, 12, 8, 11, 0, tzinfo=UTC)


@pytest.fixture
def book(app):
    """`book(visitor_hash="", **values)`: a booking in the database; returns its reference."""
    numbers = iter(range(1000, 9999))

    def make(**values):
        number = next(numbers)
        start = values.pop("start", START)
        uids = values.pop("uids", [f"uid{number}"])
        now = clock.now()
        defaults = {
            "reference": f"R{number}",
            "status": "confirmed",
            "title": "Intro call between Robin Meyer and Ines Example",
            "start": start,
            "end": start + timedelta(minutes=30),
            "booker_name": "Ines Example",
            "booker_email": "ines@example.org",
            "booker_time_zone": "Asia/Tokyo",
            "host_name": "Robin Meyer",
            "host_email": "robin@example.com",
            "host_time_zone": "Europe/London",
            "meeting_url": "https://meet.example.com/room",
            "location": "integrations:daily",
            "ical_uid": f"uid{number}@Cal.com",
            "created_at": now,
            "updated_at": now,
        }
        with transaction() as session:
            booking = Booking(**(defaults | values))
            session.add(booking)
            session.flush()
            keep(session, booking)
            session.add_all(BookingAddress(uid=uid, position=at, booking_id=booking.id) for at, uid in enumerate(uids))
            return booking.reference

    return make


@pytest.fixture
def visit(app):
    """`visit(path)`: somebody who has had the page with the free times before them for a while."""

    def enter(path="/book/demo/intro/times"):
        browser = app.test_client()
        with browser.session_transaction() as kept:
            kept["times_since"] = clock.now().timestamp() - 60
        return browser, browser.get(path)

    return enter
