"""The booking is confirmed, with an invitation for the calendar."""

from app.bookings.models import Booking
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.letter import to_booker
from app.notifications.links import Links
from app.outbox.models import OutboxMessage


def compose(booking: Booking, message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The mail to the booker."""
    return to_booker(booking, template="confirmation", message=message, brand=brand, links=links, calendar="REQUEST")
