"""From an outbox row to the finished mail, or to the reason why it is no longer wanted.

The reason is looked for again right before sending: between planning and sending people book, leave and cancel, and
clocks are set.
"""

import time
from collections.abc import Callable, Sequence
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

FRESH_SECONDS = 1.0

LinksFor = Callable[[Booking | None, OutboxMessage], Links]


class NotWanted(Exception):
    """The mail must not go out; the text says why."""


class AtHand:
    """The bookings that the next mails are about, read together: one question to the database for a batch of mails.

    What is older than `FRESH_SECONDS` is read anew. Within that second nothing is missed that matters: a change that no
    longer wants a mail takes its row back (`outbox.publish`), and then nothing leaves.
    """

    def __init__(self) -> None:
        self._bookings: dict[int, Booking] = {}
        self._read_at = 0.0

    def fetch(self, messages: Sequence[OutboxMessage]) -> None:
        """Reads the bookings of these rows."""
        self._read_at = time.monotonic()
        self._bookings = bookings.by_ids({message.booking_id for message in messages if message.booking_id})

    def booking_of(self, message: OutboxMessage) -> Booking | None:
        """The booking that the row is about; None when there is none."""
        if not message.booking_id:
            return None
        fresh = time.monotonic() - self._read_at < FRESH_SECONDS
        return (self._bookings.get(message.booking_id) if fresh else None) or bookings.by_id(message.booking_id)


def write(message: OutboxMessage, *, brand: Brand, links_for: LinksFor, at_hand: AtHand | None = None) -> Email:
    """The mail that a row asks for. Raises `NotWanted`."""
    if message.kind == Topic.ADMIN_DIGEST:
        email = admin_digest.compose(message, brand, links_for(None, message))
        if email is None:
            raise NotWanted("nothing to say: what was new has been settled meanwhile")
        return email
    if message.kind in ALARMS:
        return admin_alarm.compose(message, brand, links_for(None, message))
    booking = (at_hand or AtHand()).booking_of(message)
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
