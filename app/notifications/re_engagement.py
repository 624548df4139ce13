"""After a cancellation or a missed meeting: another time. A sequence: people may leave it."""

from app.bookings.models import Booking
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.letter import in_sequence
from app.notifications.links import Links
from app.outbox.models import OutboxMessage


def compose(booking: Booking, message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The mail to the booker."""
    return in_sequence(booking, template="re_engagement", message=message, brand=brand, links=links, missed=message.data.get("how") == "missed")
