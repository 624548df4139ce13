"""The booking that a page is about, and who asks."""

from flask import current_app

from app.bookings import queries
from app.bookings.errors import BookingNotFound
from app.bookings.facts import Address
from app.bookings.models import Booking
from app.calcom.client import Client
from app.desk import notes
from app.desk.wishes import Staff
from app.sealing import Seal
from app.web.access import person, sees
from app.web.admin.blueprint import settings
from app.wiring import Works


def booking_of(reference: str) -> Booking:
    """The booking with this number, or that it became part of. Raises `BookingNotFound`, also for people who may not see it."""
    if not reference.isalnum():
        raise BookingNotFound(reference)
    found = queries.by_reference(reference)
    if not sees(found):
        raise BookingNotFound(reference)
    return found


def address_of(booking: Booking) -> Address | None:
    """Where the booking stands at Cal.com; None when no address of it is known."""
    last = booking.addresses[-1] if booking.addresses else None
    return Address(last.uid, last.seat) if last is not None else None


def staff() -> Staff:
    """Who asks."""
    who = person()
    return Staff(who.id, who.name or who.email)


def works() -> Works:
    """The background work of the app that answers."""
    found: Works = current_app.extensions["works"]
    return found


def client() -> Client | None:
    """What can be asked of Cal.com; None without a key."""
    return works().calcom


def seal() -> Seal:
    """What closes and opens notes."""
    return notes.seal_of([settings().SECRET_KEY, *settings().SECRET_KEY_FALLBACKS])
