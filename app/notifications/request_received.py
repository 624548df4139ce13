"""We have your request, and it is not confirmed yet: no calendar part."""

from app.bookings.models import Booking
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.letter import to_booker
from app.notifications.links import Links
from app.outbox.models import OutboxMessage


def compose(booking: Booking, message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The mail to the booker."""
    return to_booker(booking, template="request_received", message=message, brand=brand, links=links)
