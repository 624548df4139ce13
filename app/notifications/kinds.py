"""Which module writes which kind of mail."""

from collections.abc import Callable

from app.bookings.models import Booking
from app.mail.message import Email
from app.notifications import (
    admin_notice,
    cancelled,
    confirmation,
    follow_up,
    payment_due,
    re_engagement,
    rejected,
    reminder,
    request_received,
    rescheduled,
)
from app.notifications.brand import Brand
from app.notifications.links import Links
from app.outbox.models import OutboxMessage
from app.outbox.topics import family

Compose = Callable[[Booking, OutboxMessage, Brand, Links], Email]

COMPOSE: dict[str, Compose] = {
    "request_received": request_received.compose,
    "confirmation": confirmation.compose,
    "payment_due": payment_due.compose,
    "rescheduled": rescheduled.compose,
    "cancelled": cancelled.compose,
    "rejected": rejected.compose,
    "reminder": reminder.compose,
    "follow_up": follow_up.compose,
    "re_engagement": re_engagement.compose,
    **dict.fromkeys(admin_notice.NOTICES, admin_notice.compose),
}
"""Kind of mail about a booking, without its step → the function that writes it."""


def compose(booking: Booking, message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The mail that an outbox row about a booking asks for. Raises `KeyError` for a kind that nobody writes."""
    return COMPOSE[family(message.kind)](booking, message, brand, links)
