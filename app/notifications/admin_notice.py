"""One notice to the owner for each thing that happened to a booking; the details are in the admin area, behind a sign-in."""

from typing import NamedTuple

from app.bookings.models import Booking
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.letter import to_admin
from app.notifications.links import Links
from app.outbox.models import OutboxMessage


class Notice(NamedTuple):
    """The words that differ between the notices."""

    label: str
    """First word of the subject."""
    heading: str
    line: str
    tone: str
    """Colour of the status: `good`, `wait`, `stop`."""
    action: str = "Open the booking"


NOTICES = {
    "admin_confirmation": Notice("Booked", "New booking", "It is confirmed; there is nothing to do.", "good"),
    "admin_request_received": Notice("Request", "New request", "It waits for your answer. The time is held until then.", "wait", "Answer the request"),
    "admin_rescheduled": Notice("Moved", "Booking moved", "The new time is confirmed; there is nothing to do.", "good"),
    "admin_cancelled": Notice("Cancelled", "Booking cancelled", "The time is free again.", "stop"),
    "admin_rejected": Notice("Declined", "Request declined", "Nothing is booked, and the time is free again.", "stop"),
    "admin_missing": Notice(
        "Not at Cal.com", "Cal.com does not know this booking", "Asked for it by itself, Cal.com says that it is not there. Nothing was changed here.", "wait"
    ),
    "admin_payment_due": Notice("Payment due", "Payment still due", "The booking counts once the payment has arrived.", "wait"),
}


def compose(booking: Booking, message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The notice to `ADMIN_EMAIL`. Raises `KeyError` for a kind without a notice."""
    return to_admin(booking, message=message, brand=brand, links=links, notice=NOTICES[message.kind])
