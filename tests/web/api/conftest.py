from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.accounts.models import Role
from app.accounts.staff import create
from app.accounts.tokens import Scope, issue
from app.bookings.indexing import keep
from app.bookings.models import Booking, BookingAddress
from app.db import transaction

NOON = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon(moment):
    """It is Tuesday 8 December 2026, 12:00 in London."""
    moment(NOON)


@pytest.fixture
def token(app):
    """`token("read:bookings", days=None)`: a token of an owner for these scopes."""

    def make(*scopes, days=None, role=Role.OWNER, email="owner@example.com"):
        with transaction() as session:
            owner = create(session, email=email, password="a good password", role=role)
            return issue(session, staff_id=owner.id, name="nightly export", scopes=scopes or (Scope.BOOKINGS,), days=days)[1]

    return make


@pytest.fixture
def ask(client):
    """`ask(path, token, method="get", **more)`: the answer of the API."""

    def send(path, secret="", *, method="get", headers=None, **more):
        bearer = {"Authorization": f"Bearer {secret}"} if secret else {}
        return client.open(f"/api{path}", method=method.upper(), headers=bearer | (headers or {}), **more)

    return send


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
            "title": "Intro between Robin Host and Ines Example",
            "event_type": "intro",
            "start": start,
            "end": start + timedelta(minutes=30),
            "booker_name": "Ines Example",
            "booker_email": "ines@example.org",
            "host_email": "robin@example.com",
            "location": "integrations:daily",
            "meeting_url": f"https://app.cal.com/video/{uids[-1]}" if uids else "",
            "attendees": [{"name": "Ines Example", "email": "ines@example.org", "time_zone": "Europe/London", "locale": "en", "state": "attending"}],
            "details": {"videoCallUrl": f"https://app.cal.com/video/{uids[-1]}", "campaign": "spring"} if uids else {},
            "created_at": clock.now(),
            "updated_at": clock.now(),
        }
        with transaction() as session:
            booking = Booking(**(defaults | values))
            session.add(booking)
            session.flush()
            session.add_all(BookingAddress(uid=uid, position=at, booking_id=booking.id) for at, uid in enumerate(uids))
            keep(session, booking)
            return booking.reference

    return make
