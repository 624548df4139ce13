"""Bookings as rows, many at once, and as what they would be as plain values."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from app.bookings import indexing
from app.bookings.models import Booking
from app.db import db, transaction

NOON = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
STATUSES = ("confirmed", "confirmed", "confirmed", "pending", "awaiting_payment", "cancelled", "rejected")
SOURCES = ("", "/book", "/book?utm_source=News", "/consultation?referrer=example.org", "/book/ada?utm_source=news&utm_medium=mail")


@pytest.fixture(autouse=True)
def noon(moment):
    """It is Tuesday 8 December 2026, 12:00 in London."""
    moment(NOON)


def values(number, **given):
    """A booking as plain values."""
    start = given.pop("start", NOON + timedelta(days=1))
    return {
        "reference": f"R{number}", "status": "confirmed", "title": "Intro call between Robin Host and Ines Example", "event_type": "intro",
        "start": start, "end": start + timedelta(minutes=30), "booker_name": "Ines Example", "booker_email": "ines@example.org",
        "booker_time_zone": "Europe/London", "host_name": "Robin Host", "host_email": "robin@example.com", "ical_uid": f"uid{number}@Cal.com",
        "attendees": [{"name": "Ines Example", "email": "ines@example.org", "state": "attending"}], "answers": {}, "source": "",
        "booked_at": NOON - timedelta(days=9), "created_at": NOON - timedelta(days=9), "updated_at": NOON - timedelta(days=9), "sequence": 0, "location": "",
    } | given  # fmt: skip


@pytest.fixture
def stored(app):
    """`stored(*rows)`: these bookings in the database, each a dict of what is not usual; returns all values.

    Without `listed` they cannot be filtered, which costs a tenth.
    """
    numbers = iter(range(1000, 999_999))

    def keep(*rows, listed=True):
        made = [values(next(numbers), **row) for row in rows]
        with transaction() as session:
            session.execute(insert(Booking), made)
            for booking in session.scalars(select(Booking).where(Booking.reference.in_([row["reference"] for row in made]))) if listed else ():
                indexing.keep(session, booking)
        db.session.rollback()
        return made

    return keep


def scattered(seed, count, *, around, days):
    """So many bookings of every kind, at any quarter of an hour around a moment."""
    dice = random.Random(seed)
    quarters = days * 96
    for _ in range(count):
        start = around + timedelta(minutes=15 * dice.randrange(-quarters, quarters))
        state = dice.choice(["attending", "attending", "no_show"])
        yield {
            "start": start,
            "end": start + timedelta(minutes=dice.choice([15, 30, 600])),
            "status": dice.choice(STATUSES),
            "event_type": dice.choice(["intro", "check", ""]),
            "host_email": dice.choice(["robin@example.com", "Robin@example.com", "kim@example.com"]),
            "source": dice.choice(SOURCES),
            "attendees": [{"name": 'A "state": "no_show" Name', "email": "a@example.org", "state": state}],
            "booked_at": start - timedelta(seconds=dice.choice([-5, 0, 1, 7199, 7200, 86_399, 86_400, 604_800, 2_419_199, 2_419_200, 9_999_999])),
        }
