"""The meeting is near. No calendar part: the entry is there already, and a second one is what people complain about."""

from app.bookings.models import Booking
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.letter import to_booker
from app.notifications.links import Links
from app.outbox.models import OutboxMessage


def compose(booking: Booking, message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The mail to the booker."""
    return to_booker(booking, template="reminder", message=message, brand=brand, links=links)
