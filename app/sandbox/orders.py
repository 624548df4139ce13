"""What somebody asks the engine to do: plain values, whether they came from a page, JSON or a test."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.sandbox.catalogue import Place
from app.sandbox.state import Person


@dataclass(frozen=True, kw_only=True)
class NewBooking:
    """A wish for a meeting. The `as_…` switches change the rules of the event type for this one booking."""

    slug: str
    start: datetime
    booker: Person
    username: str = ""
    place: Place | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    minutes: int | None = None
    weeks: int | None = None
    guests: tuple[Person, ...] = ()
    notes: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    as_pending: bool = False
    as_paid: bool = False
    as_series: bool = False
    office_hours_only: bool = False
    """Whether the rules for visitors count: working hours, notice, window, limits."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """A wish for another time."""

    uid: str
    start: datetime
    minutes: int | None = None
    by_host: bool = False
    by: str = ""
    reason: str = ""
    seat_id: str | None = None
    office_hours_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """A wish to end a booking, one seat of it, or the whole series that it belongs to."""

    uid: str
    by_host: bool = False
    reason: str = ""
    seat_id: str | None = None
    whole_series: bool = False
    following: bool = False
    """This date of a series and all later ones; at the real one nothing tells the site so."""
