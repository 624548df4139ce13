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
from app.notifications import admin_alarm, admin_digest, staff_door
from app.notifications.brand import Brand
from app.notifications.kinds import compose
from app.notifications.links import Links
from app.notifications.nearest import nearer
from app.outbox import queries as outbox
from app.outbox.models import OutboxMessage
from app.outbox.queries import Due
from app.outbox.topics import ALARMS, FOLLOW_UP, LETS_IN, REMINDER, SEQUENCES, Topic, family

FRESH_SECONDS = 1.0

LinksFor = Callable[[Booking | None, OutboxMessage], Links]


class NotWanted(Exception):
    """The mail must not go out; the text says why."""


class AtHand:
    """The bookings that the next mails are about, with their reminders, read together for a batch of mails.

    What is older than `FRESH_SECONDS` is read anew. Within that second nothing is missed that matters: a change that no
    longer wants a mail takes its row back (`outbox.publish`), and then nothing leaves.
    """

    def __init__(self) -> None:
        self._bookings: dict[int, Booking] = {}
        self._reminders: dict[int, list[Due]] = {}
        self._read_at = 0.0

    def fetch(self, messages: Sequence[OutboxMessage]) -> None:
        """Reads the bookings of these rows."""
        self._read_at = time.monotonic()
        self._bookings = bookings.by_ids({message.booking_id for message in messages if message.booking_id})
        self._reminders = outbox.due_of_bookings({message.booking_id for message in messages if message.booking_id and _reminds(message)}, family=REMINDER)

    def booking_of(self, message: OutboxMessage) -> Booking | None:
        """The booking that the row is about; None when there is none."""
        if not message.booking_id:
            return None
        return (self._bookings.get(message.booking_id) if self._fresh else None) or bookings.by_id(message.booking_id)

    def reminders_beside(self, message: OutboxMessage) -> Sequence[Due]:
        """Every reminder of the booking, when the row is one; otherwise none, since nobody asks."""
        if not message.booking_id or not _reminds(message):
            return ()
        known = self._reminders.get(message.booking_id) if self._fresh else None
        return outbox.due_of_bookings([message.booking_id], family=REMINDER)[message.booking_id] if known is None else known

    @property
    def _fresh(self) -> bool:
        return time.monotonic() - self._read_at < FRESH_SECONDS


def _reminds(message: OutboxMessage) -> bool:
    return family(message.kind) == REMINDER


def write(message: OutboxMessage, *, brand: Brand, links_for: LinksFor, at_hand: AtHand | None = None) -> Email:
    """The mail that a row asks for. Raises `NotWanted`."""
    if message.kind == Topic.ADMIN_DIGEST:
        email = admin_digest.compose(message, brand, links_for(None, message))
        if email is None:
            raise NotWanted("nothing to say: what was new has been settled meanwhile")
        return email
    if message.kind in ALARMS:
        return admin_alarm.compose(message, brand, links_for(None, message))
    if message.kind in LETS_IN:
        if why := staff_door.expired(message):
            raise NotWanted(why)
        return staff_door.compose(message, brand, links_for(None, message))
    at_hand = at_hand or AtHand()
    booking = at_hand.booking_of(message)
    if booking is None:
        raise NotWanted("the booking is gone")
    if why := reason_against(booking, message, beside=at_hand.reminders_beside(message)):
        raise NotWanted(why)
    return compose(booking, message, brand, links_for(booking, message))


def reason_against(booking: Booking, message: OutboxMessage, *, beside: Sequence[Due], at: datetime | None = None) -> str:
    """Why a mail about this booking must not go out at that moment (now), beside these reminders; empty when it may."""
    at = at or clock.now()
    kind = family(message.kind)
    if kind in SEQUENCES:
        if kind == FOLLOW_UP and booking.status != Status.CONFIRMED:
            return f"overtaken: the booking is now {booking.status}"
        if kind == FOLLOW_UP and booker_absent(booking):
            return ABSENT
        return left(db.session(), booking, kind, _since(message, booking))
    return too_late(booking, kind=message.kind, data=message.data, at=at) or (nearer(message, beside, at=at) if kind == REMINDER else "")


def _since(message: OutboxMessage, booking: Booking) -> datetime:
    try:
        since = datetime.fromisoformat(str(message.data.get("since")))
    except ValueError:
        return booking.end
    return since if since.tzinfo else booking.end
