"""Ask for a side effect inside the transaction of its cause, so that the two can never disagree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import insert
from app.outbox.models import BY_STAFF, OutboxMessage, OutboxState

UNSENT = (OutboxState.PLANNED, OutboxState.RETRYING)
BEFORE_THE_END = (*UNSENT, OutboxState.SENDING)
OPEN = (*UNSENT, OutboxState.CANCELLED)
"""States in which nothing has left the house, so that a better knowledge of the facts may still change the row."""


@dataclass(frozen=True)
class Wanted:
    """One side effect that the facts ask for; with `skipped` set it is only noted down, with the reason."""

    key: str
    kind: str
    recipient: str
    data: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""
    due_at: datetime | None = None
    """When it goes out; without one at once."""
    late: str = ""
    """Why it is skipped if it is first asked for when its time has passed; empty: it then goes out at once."""

    def is_late(self, now: datetime) -> bool:
        """Whether it would have been due before anybody asked for it."""
        return bool(self.late and not self.skipped and self.due_at and self.due_at <= now)


def publish(session: Session, wanted: Sequence[Wanted], *, booking_id: int | None, message_domain: str, overtaken: str = "") -> None:
    """Adds side effects; one with the same business key is never added twice.

    With `overtaken`, whatever else is planned for the booking is cancelled for that reason.

    A row that has not gone out follows the facts: it is skipped or planned again as they say now, at the time they say
    now. One that is planned already stays so when its time has come and gone: it is only waiting for a worker.
    """
    keys = {one.key for one in wanted}
    related = or_(OutboxMessage.key.in_(keys), OutboxMessage.booking_id == booking_id) if booking_id else OutboxMessage.key.in_(keys)
    known = {row.key: row for row in session.scalars(select(OutboxMessage).where(related))}
    now = clock.now()
    added = [_new(one, now, booking_id, message_domain) for one in wanted if one.key not in known]
    if added:
        session.execute(insert(OutboxMessage).on_conflict_do_nothing(index_elements=["key"]), added)
    for one in wanted:
        if one.key in known:
            _follow(session, known[one.key], one, now, booking_id)
    others = [row.id for row in known.values() if row.key not in keys and row.state in BEFORE_THE_END]
    if overtaken and others:
        _cancel(session, others, overtaken)


def _new(wanted: Wanted, now: datetime, booking_id: int | None, message_domain: str) -> dict[str, Any]:
    late = wanted.is_late(now)
    return {
        "key": wanted.key,
        "kind": wanted.kind,
        "recipient": wanted.recipient,
        "booking_id": booking_id,
        "data": wanted.data,
        "state": OutboxState.CANCELLED if wanted.skipped or late else OutboxState.PLANNED,
        "why": wanted.late if late else wanted.skipped,
        "due_at": wanted.due_at or now,
        "attempts": 0,
        "lease_token": "",
        "message_id": f"<{uuid4().hex}@{message_domain}>",
        "subject": "",
        "created_at": now,
    }


def _follow(session: Session, row: OutboxMessage, wanted: Wanted, now: datetime, booking_id: int | None) -> None:
    """Brings a row that has not gone out to what the facts say now; what a worker holds can only be taken back."""
    if wanted.skipped and row.state in BEFORE_THE_END:
        _cancel(session, [row.id], wanted.skipped)
    if row.state not in OPEN or (row.state == OutboxState.CANCELLED and row.why.startswith(BY_STAFF)):
        return
    late = wanted.is_late(now)
    changes: dict[str, Any] = {"kind": wanted.kind, "recipient": wanted.recipient, "booking_id": booking_id, "data": wanted.data}
    if row.state == OutboxState.CANCELLED:
        changes["why"] = _why_still(row, wanted, late=late)
        if not wanted.skipped and not late:
            changes |= {"state": OutboxState.PLANNED, "due_at": wanted.due_at or now}
    if wanted.due_at and not late and row.state != OutboxState.RETRYING:
        changes["due_at"] = wanted.due_at
    different = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if different:
        session.execute(update(OutboxMessage).where(OutboxMessage.id == row.id, OutboxMessage.state.in_(OPEN)).values(different))


def _cancel(session: Session, numbers: Sequence[int], why: str) -> None:
    """Also what a worker holds that has not come to the point of no return: without its token it will not pass it."""
    held = and_(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.handed_over_at.is_(None))
    still_here = update(OutboxMessage).where(OutboxMessage.id.in_(numbers), or_(OutboxMessage.state.in_(UNSENT), held))
    session.execute(still_here.values(state=OutboxState.CANCELLED, why=why, lease_until=None, lease_token=""))


def _why_still(row: OutboxMessage, wanted: Wanted, *, late: bool) -> str:
    """The reason that a skipped row shows: today's, but not "too late" for one that a worker had tried before."""
    if late:
        return wanted.late if row.attempts == 0 else row.why
    return wanted.skipped


def hand_over(session: Session, *, from_booking: int, to_booking: int) -> None:
    """Everything of one booking now belongs to another (they turned out to be the same)."""
    session.execute(update(OutboxMessage).where(OutboxMessage.booking_id == from_booking).values(booking_id=to_booking))


def anything_sent(session: Session, *, booking_id: int) -> bool:
    """Whether any mail of the booking has left the house, or may have."""
    gone = OutboxMessage.state.in_([OutboxState.SENT, OutboxState.SENDING, OutboxState.UNKNOWN])
    return session.scalar(select(OutboxMessage.id).where(OutboxMessage.booking_id == booking_id, gone).limit(1)) is not None
