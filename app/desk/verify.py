"""One booking beside what Cal.com says of it now, field by field, and taking over what Cal.com says.

Theirs is what the booking would be if the look were recorded, as the one fold makes it; so what is shown is exactly
what accepting does. Accepting looks again: when Cal.com has changed since the page was shown, the new difference is
shown instead of something that nobody has seen being recorded.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.accounts.staff_acts import note
from app.bookings.audit import Cause
from app.bookings.facts import Address, Fact, Kind
from app.bookings.lifecycle import preview, record, take_turn
from app.bookings.models import Booking
from app.bookings.policy import MailPolicy
from app.calcom.client import Client
from app.calcom.errors import NotFound
from app.db import db, transaction
from app.desk.looking import News, Seen, look, news, seat_uid_of
from app.desk.wishes import Staff
from app.sync.compare import moment
from app.sync.held import held_at
from app.sync.ours import types_known

FIELDS = (
    "status", "start", "end", "title", "event_type", "location", "meeting_url", "host_name", "host_email", "host_time_zone",
    "host_absent", "booker_name", "booker_email", "booker_time_zone", "booker_locale", "attendees", "answers", "details", "reason", "payment", "missing_since",
)  # fmt: skip
"""What is compared, in the order in which people look."""
LOOKS = 3


@dataclass(frozen=True)
class Line:
    """One field on both sides."""

    field: str
    ours: Any
    theirs: Any

    @property
    def same(self) -> bool:
        """Whether both say the same."""
        return bool(self.ours == self.theirs)


@dataclass(frozen=True)
class Verdict:
    """What a look found."""

    asked_at: datetime
    known: bool
    """Whether Cal.com knows the booking at all."""
    lines: tuple[Line, ...]
    news: News

    @property
    def differs(self) -> bool:
        """Whether there is anything to take over."""
        return any(not line.same for line in self.lines)

    @property
    def digest(self) -> str:
        """By which accepting knows that it takes over what was shown, and nothing else."""
        said = [[line.field, bool(line.theirs) if line.field == "missing_since" else line.theirs] for line in self.lines if not line.same]
        return hashlib.sha256(json.dumps([self.known, said], sort_keys=True, default=str).encode()).hexdigest()


def verify(client: Client, booking: Booking, address: Address) -> Verdict:
    """The booking beside what Cal.com says now. Raises every `CalcomError` but `NotFound`, and `NotUnderstood`."""
    number = booking.id
    for left in reversed(range(LOOKS)):
        seen = _look(client, address)
        session = db.session()
        verdict = _verdict(session, session.get_one(Booking, number, populate_existing=True), address, seen)
        session.rollback()
        if not (verdict.news.overtaken and left):
            return verdict
    raise AssertionError("the last look returns")


def accept(client: Client, booking: Booking, address: Address, *, shown: str, by: Staff, policy: MailPolicy) -> Verdict | None:
    """Takes over what Cal.com says, if it is what was shown; else the verdict that is to be shown now.

    Raises as `verify` does, and `DatabaseBusy`.
    """
    number, reference = booking.id, booking.reference
    seen = _look(client, address)
    with transaction() as session:
        take_turn(session)
        verdict = _verdict(session, session.get_one(Booking, number), address, seen)
        if verdict.digest != shown or verdict.news.overtaken or not verdict.differs:
            return verdict
        record(session, [*verdict.news.facts, *verdict.news.marks], cause=Cause(by.actor, "taken over from Cal.com after a look at both"), policy=policy)
        note(session, staff_id=by.id, act="booking.take-over", on=reference)
    return None


def _look(client: Client, address: Address) -> Seen | datetime:
    """What was seen; the moment of the question when Cal.com knows no such booking."""
    seat_uid, asked_at = seat_uid_of(db.session(), address), clock.now()
    try:
        return look(client, address, seat_uid=seat_uid)
    except NotFound:
        return asked_at


def _verdict(session: Session, booking: Booking, address: Address, seen: Seen | datetime) -> Verdict:
    ours = {name: getattr(booking, name) for name in FIELDS}
    if isinstance(seen, datetime):
        found, asked_at, known = _missing(session, booking, address, seen), seen, False
    else:
        found, asked_at, known = news(session, seen, types_known(), mine=address), seen.asked_at, True
    told = preview(session, found.facts, address) if found.facts else None
    theirs = {name: told[name] for name in FIELDS} if told else ours
    return Verdict(asked_at, known, tuple(Line(name, ours[name], theirs[name]) for name in FIELDS), found)


def _missing(session: Session, booking: Booking, address: Address, asked_at: datetime) -> News:
    """The fact that Cal.com does not know it, unless that is known."""
    if booking.missing_since is not None:
        return News()
    held = held_at(session, {address.uid}, asked_at=asked_at)
    facts: Sequence[Fact] = [Fact(address.uid, address.seat, Kind.MISSING, moment(address, held))]
    return News(tuple(facts), overtaken=address.uid in held.meanwhile)
