from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.bookings.indexing import keep
from app.bookings.models import Booking, BookingAddress
from app.db import transaction
from app.inbox.models import InboxMessage
from app.outbox.models import OutboxMessage

NOON = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(moment):
    """It is Tuesday 8 December 2026, 12:00 in London."""
    moment(NOON)


@pytest.fixture
def book(app):
    """`book(**values)`: a booking in the database; returns its reference."""
    numbers = iter(range(1000, 9999))

    def make(**values):
        number = next(numbers)
        start = values.pop("start", NOON + timedelta(days=1))
        uids = values.pop("uids", [f"longuid{number}abcdef"])
        defaults = {
            "reference": f"R{number}",
            "status": "confirmed",
            "title": "Intro call between Robin Host and Ines Example",
            "event_type": "intro",
            "start": start,
            "end": start + timedelta(minutes=30),
            "booker_name": "Ines Example",
            "booker_email": "ines@example.org",
            "booker_time_zone": "Europe/London",
            "host_name": "Robin Host",
            "host_email": "robin@example.com",
            "created_at": clock.now(),
            "updated_at": clock.now(),
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
def delivered(app):
    """`delivered(**values)`: a delivery in the database; returns its number."""
    digests = iter(range(1000, 9999))

    def make(**values):
        defaults = {"digest": str(next(digests)), "received_at": clock.now(), "due_at": clock.now(), "body": b'{"a":1}', "state": "processed"}
        with transaction() as session:
            message = InboxMessage(**({"trigger": "BOOKING_CREATED", "headers": {}} | defaults | values))
            session.add(message)
            session.flush()
            return message.id

    return make


@pytest.fixture
def mailed(app):
    """`mailed(**values)`: a mail in the database; returns its number."""
    keys = iter(range(1000, 9999))

    def make(**values):
        key = next(keys)
        defaults = {"key": str(key), "kind": "confirmation", "recipient": "ines@example.org", "message_id": f"<{key}@localhost>", "state": "sent"}
        with transaction() as session:
            message = OutboxMessage(**(defaults | {"due_at": clock.now(), "created_at": clock.now()} | values))
            session.add(message)
            session.flush()
            return message.id

    return make
