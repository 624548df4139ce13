"""What happens next with a booking: who has to do something until when, which mail goes out, when it begins."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app import clock
from app.bookings.models import Booking, Status
from app.outbox.models import OutboxMessage, OutboxState
from app.web.admin import wording

WAITING = frozenset({OutboxState.PLANNED, OutboxState.RETRYING, OutboxState.SENDING})
WORD_OWED = timedelta(days=7)
"""So long the page reminds of a guest whose host did not come."""
FAILED = frozenset({OutboxState.DEAD, OutboxState.UNKNOWN})


class Step(NamedTuple):
    """One thing to come, or to be done."""

    kind: str
    """`need`: somebody has to act; `wait`: somebody else has to; `mail`, `meeting`, or `calm`."""
    text: str
    at: datetime | None = None
    mail: int = 0
    """The mail that it is about."""
    verify: bool = False
    """Whether a look at Cal.com helps."""


def next_up(booking: Booking, status: Status, letters: Sequence[OutboxMessage]) -> list[Step]:
    """What is due first stands first; never empty."""
    found = [*_needs(booking, status, letters), *sorted(_to_come(booking, status, letters), key=lambda step: step.at or clock.now())]
    return found or [Step("calm", "Nothing more is planned: no mail waits, and nobody has to do anything.")]


def _needs(booking: Booking, status: Status, letters: Sequence[OutboxMessage]) -> Iterator[Step]:
    over = booking.start <= clock.now()
    if booking.missing_since is not None:
        yield Step("need", "Cal.com does not know this booking any more.", booking.missing_since, verify=True)
    if status == Status.PENDING and over:
        yield Step("need", "Its time has come without an answer. Decline it, so that the person knows.", booking.start)
    elif status == Status.PENDING:
        yield Step("need", "The request waits for your answer, at the latest until it would begin:", booking.start)
    if booking.host_absent and booking.end <= clock.now() < booking.end + WORD_OWED:
        who = booking.booker_name or booking.booker_email or "The guest"
        yield Step("wait", f"{who} met nobody. No mail goes out about that: write to them yourself, or offer another time.")
    if status == Status.AWAITING_PAYMENT:
        yield Step("need" if over else "wait", "Its time has come unpaid." if over else "The payment is awaited until it begins:", booking.start)
    for letter in letters:
        if letter.state in FAILED:
            how = "failed" if letter.state == OutboxState.DEAD else "may or may not have arrived"
            yield Step("need", f"{wording.mail_kind(letter.kind)} to {letter.recipient or 'nobody'} {how}.", letter.due_at, mail=letter.id)


def _to_come(booking: Booking, status: Status, letters: Sequence[OutboxMessage]) -> Iterator[Step]:
    waiting = sorted((letter for letter in letters if letter.state in WAITING), key=lambda letter: (letter.due_at, letter.id))
    if waiting:
        first, more = waiting[0], len(waiting) - 1
        then = f" (and {more} more after it)" if more else ""
        yield Step("mail", f"{wording.mail_kind(first.kind)} to {first.recipient or 'nobody'}{then}:", first.due_at, mail=first.id)
    now = clock.now()
    if status == Status.CONFIRMED and booking.start > now:
        yield Step("meeting", "The meeting begins:", booking.start)
    elif status == Status.CONFIRMED:
        yield Step("meeting", "The meeting is under way until:", booking.end)
