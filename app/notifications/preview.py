"""A mail as it would be written now, for whoever looks after the outbox.

What was sent is kept nowhere, so a sent mail too is written anew from what is known today. Mails that let somebody in are
never shown: a colleague who reads such a link could use it.
"""

from dataclasses import dataclass

from app.bookings import queries as bookings
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.kinds import compose
from app.notifications.writer import LinksFor, NotWanted, write
from app.outbox.models import OutboxMessage
from app.outbox.topics import LETS_IN


@dataclass(frozen=True)
class Preview:
    """The mail, and why it would not go out now; without a mail, only why it cannot be shown."""

    email: Email | None
    why: str = ""


def preview(message: OutboxMessage, *, brand: Brand, links_for: LinksFor) -> Preview:
    """What the row asks for, also when it is no longer wanted."""
    if message.kind in LETS_IN:
        return Preview(None, "it holds a link that lets its reader in")
    try:
        return Preview(write(message, brand=brand, links_for=links_for))
    except NotWanted as reason:
        why = str(reason)
    booking = bookings.by_id(message.booking_id) if message.booking_id else None
    return Preview(compose(booking, message, brand, links_for(booking, message)) if booking is not None else None, why)
