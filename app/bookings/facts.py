"""A fact: one thing that Cal.com said about one address at one moment."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Address(NamedTuple):
    """Where a booking lives at Cal.com: its uid and, in a class, the person's e-mail address."""

    uid: str
    seat: str = ""


class Kind(StrEnum):
    """What a fact says of its address. The order is the rank that decides at equal time."""

    PAYMENT_DUE = "payment_due"
    PAID = "paid"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    UPDATED = "updated"
    """Place or host changed; the booking stands as it did."""
    MOVED = "moved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ATTENDANCE = "attendance"
    """Attendees or the host were marked as absent, or the mark was taken back."""
    STARTED = "meeting_started"
    ENDED = "meeting_ended"
    HOST_ABSENT = "host_absent"
    GUEST_ABSENT = "guest_absent"
    RECORDED = "recorded"
    TRANSCRIBED = "transcribed"
    INSTANT = "instant_meeting"
    MISSING = "missing"
    """Asked for this very uid, Cal.com says that there is no such booking."""
    SEATED = "seated"
    """Who held seats in a class when it was read: who is told of later, but had joined before, had left by then."""


RANK = {kind: rank for rank, kind in enumerate(Kind)}
LIVE = frozenset({Kind.PAYMENT_DUE, Kind.REQUESTED, Kind.CONFIRMED})
STATES = LIVE | {Kind.MOVED, Kind.REJECTED, Kind.CANCELLED}
"""Kinds that say where an address stands. PAID and UPDATED do so only where nothing better is known."""
TELLING = (STATES - {Kind.MOVED}) | {Kind.PAID, Kind.UPDATED}
"""Kinds that bring the booking's values with them; all others are evidence for the timeline."""


@dataclass(frozen=True)
class Fact:
    """One statement; `content` holds the values that came with it (times as ISO text, UTC)."""

    uid: str
    seat: str
    kind: Kind
    at: datetime
    linked_uid: str = ""
    """Successor of a move; on other kinds the first uid of the chain as `iCalUID` names it, if it is another."""
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        """The address the fact is about."""
        return Address(self.uid, self.seat)

    @property
    def digest(self) -> str:
        """SHA-256 over everything the fact says; the same statement twice is one fact."""
        said = [self.uid, self.seat, self.kind, self.at.isoformat(), self.linked_uid, self.content]
        text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Newest last: by time, then rank, then digest."""
        return (self.at, RANK[self.kind], self.digest)
