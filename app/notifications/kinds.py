"""Which module writes which kind of mail."""

from collections.abc import Callable

from app.bookings.models import Booking
from app.mail.message import Email
from app.notifications import admin_notice, cancelled, confirmation, payment_due, rejected, request_received, rescheduled
from app.notifications.brand import Brand
from app.notifications.links import Links
from app.outbox.models import OutboxMessage

Compose = Callable[[Booking, OutboxMessage, Brand, Links], Email]

COMPOSE: dict[str, Compose] = {
    "request_received": request_received.compose,
    "confirmation": confirmation.compose,
    "payment_due": payment_due.compose,
    "rescheduled": rescheduled.compose,
    "cancelled": cancelled.compose,
    "rejected": rejected.compose,
    **dict.fromkeys(admin_notice.NOTICES, admin_notice.compose),
}
"""Kind of mail → the function that writes it."""
