"""What the delivery would do with each mail of a booking if it looked at a given moment, and why. Nothing is changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.bookings.models import Booking
from app.notifications.writer import reason_against
from app.outbox import hold, queries
from app.outbox.models import OutboxMessage, OutboxState
from app.outbox.topics import REMINDER


class Act(StrEnum):
    """What would happen."""

    SEND = "send"
    SKIP = "skip"
    WAIT = "wait"
    NOTHING = "nothing"
    """It has come to its end already."""


@dataclass(frozen=True)
class Verdict:
    """One mail and what would happen to it."""

    message: OutboxMessage
    act: Act
    why: str


_ENDED = {
    OutboxState.SENT: "it has been sent",
    OutboxState.SENDING: "it is on its way just now",
    OutboxState.DEAD: "it failed",
    OutboxState.UNKNOWN: "nobody knows whether it arrived",
    OutboxState.CANCELLED: "it was skipped",
}


def simulate(booking: Booking, *, at: datetime) -> Iterator[Verdict]:
    """Each mail of the booking, oldest due time first."""
    held = hold.held()
    reminders = queries.due_of_bookings([booking.id], family=REMINDER)[booking.id]
    for message in sorted(queries.of_booking(booking.id), key=lambda found: (found.due_at, found.id)):
        if message.state in _ENDED:
            said = _ENDED[OutboxState(message.state)]
            yield Verdict(message, Act.NOTHING, f"{said}: {message.why}" if message.why else said)
        elif message.due_at > at:
            yield Verdict(message, Act.WAIT, "it is not due yet")
        elif why := reason_against(booking, message, beside=reminders, at=at):
            yield Verdict(message, Act.SKIP, why)
        elif held is not None:
            yield Verdict(message, Act.WAIT, f"the outbox is held: {held.why}" if held.why else "the outbox is held")
        else:
            yield Verdict(message, Act.SEND, "")
