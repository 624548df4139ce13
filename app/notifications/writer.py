"""From an outbox row to the finished mail, or to the reason why it is no longer wanted.

The reason is looked for again right before sending: between planning and sending people book, leave and cancel, and
clocks are set.
"""

from collections.abc import Callable
from datetime import datetime

from app import clock
from app.bookings import queries as bookings
from app.bookings.exits import left
from app.bookings.models import Booking, Status
from app.bookings.schedule import ABSENT, booker_absent
from app.bookings.too_late import too_late
from app.db import db
from app.mail.message import Email
from app.notifications import admin_alarm, admin_digest
from app.notifications.brand import Brand
from app.notifications.kinds import compose
from app.notifications.links import Links
from app.outbox.models import OutboxMessage
from app.outbox.topics import ALARMS, FOLLOW_UP, SEQUENCES, Topic, family

LinksFor = Callable[[Booking | None, OutboxMessage], Links]


class NotWanted(Exception):
    """The mail must not go out; the text says why."""


def write(message: OutboxMessage, *, brand: Brand, links_for: LinksFor) -> Email:
    """The mail that a row asks for. Raises `NotWanted`."""
    if message.kind == Topic.ADMIN_DIGEST:
        email = admin_digest.compose(message, brand, links_for(None, message))
        if email is None:
            raise NotWanted("nothing to say: what was new has been settled meanwhile")
        return email
    if message.kind in ALARMS:
        return admin_alarm.compose(message, brand, links_for(None, message))
    booking = bookings.by_id(message.booking_id) if message.booking_id else None
    if booking is None:
        raise NotWanted("the booking is gone")
    if why := reason_against(booking, message):
        raise NotWanted(why)
    return compose(booking, message, brand, links_for(booking, message))


def reason_against(booking: Booking, message: OutboxMessage, *, at: datetime | None = None) -> str:
    """Why a mail about this booking must not go out at that moment (now); empty when it may."""
    kind = family(message.kind)
    if kind in SEQUENCES:
        if kind == FOLLOW_UP and booking.status != Status.CONFIRMED:
            return f"overtaken: the booking is now {booking.status}"
        if kind == FOLLOW_UP and booker_absent(booking):
            return ABSENT
        return left(db.session(), booking, kind, _since(message, booking))
    return too_late(booking, kind=message.kind, data=message.data, at=at or clock.now())


def _since(message: OutboxMessage, booking: Booking) -> datetime:
    try:
        since = datetime.fromisoformat(str(message.data.get("since")))
    except ValueError:
        return booking.end
    return since if since.tzinfo else booking.end
