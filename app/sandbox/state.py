"""What the simulated Cal.com remembers about a booking, and the words for its states."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict

from app.sandbox.catalogue import EventType, Host, Place


class Status(StrEnum):
    """The four states that Cal.com itself stores."""

    ACCEPTED = "ACCEPTED"
    PENDING = "PENDING"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"


class Trigger(StrEnum):
    """The deliveries that this simulation sends."""

    CREATED = "BOOKING_CREATED"
    REQUESTED = "BOOKING_REQUESTED"
    RESCHEDULED = "BOOKING_RESCHEDULED"
    CANCELLED = "BOOKING_CANCELLED"
    REJECTED = "BOOKING_REJECTED"
    PAYMENT_INITIATED = "BOOKING_PAYMENT_INITIATED"
    PAID = "BOOKING_PAID"
    NO_SHOW = "BOOKING_NO_SHOW_UPDATED"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who takes part; a guest has no name."""

    name: str
    email: str
    time_zone: str
    locale: str = "en"
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One person's place in a class. Cal.com gives each a calendar UID of its own."""

    id: str
    person: Person
    ical_uid: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True, eq=False)
class Booking:
    """One row: a reschedule leaves it behind and starts another."""

    id: int
    uid: str
    event_type: EventType
    title: str
    start: datetime
    end: datetime
    status: Status
    booker: Person
    ical_uid: str
    created_at: datetime
    updated_at: datetime | None = None
    """When the row itself was changed last; seats and absence are rows of their own and leave it as it is."""
    ical_sequence: int = 0
    place: Place | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    host_absent: bool = False
    cancelled_by: str = ""
    moved_by: str = ""
    asked_to_move: bool = False
    guests: list[Person] = field(default_factory=list)
    notes: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    confirm_first: bool = False
    price: int = 0
    paid: bool = False
    payment_id: int | None = None
    weeks: int | None = None
    series: str | None = None
    seats: list[Seat] = field(default_factory=list)
    from_uid: str | None = None
    to_uid: str | None = None
    move_reason: str = ""
    end_reason: str = ""

    @property
    def host(self) -> Host:
        """Who is booked."""
        return self.event_type.host

    @property
    def where(self) -> Place:
        """The place that was chosen, else the one of the event type."""
        return self.place or self.event_type.place

    @property
    def minutes(self) -> int:
        """How long the meeting lasts."""
        return int((self.end - self.start).total_seconds() // 60)

    @property
    def holds_time(self) -> bool:
        """Whether nobody else can have this time; an unconfirmed request holds it too."""
        return self.status in (Status.ACCEPTED, Status.PENDING)

    @property
    def payment_due(self) -> bool:
        """Whether the meeting waits for money."""
        return self.price > 0 and not self.paid and self.status is Status.PENDING

    @property
    def moved(self) -> bool:
        """Whether a later booking took this one's place."""
        return self.to_uid is not None and self.status is Status.CANCELLED

    def people(self) -> list[Person]:
        """Everybody in the meeting: all seats of a class, or the booker and the guests."""
        if self.event_type.seats:
            return [seat.person for seat in self.seats]
        return [self.booker, *self.guests]

    def snapshot(self) -> "Booking":
        """A copy that later changes do not reach."""
        copied = copy(self)
        copied.guests, copied.seats, copied.absent = list(self.guests), list(self.seats), set(self.absent)
        copied.metadata, copied.answers = dict(self.metadata), dict(self.answers)
        return copied

    def seat(self, seat_id: str) -> Seat | None:
        """The seat with this id, while it is taken."""
        return next((seat for seat in self.seats if seat.id == seat_id), None)


class Circumstances(TypedDict, total=False):
    """What a happening may know beyond its trigger and its booking."""

    previous: Booking | None
    seat: Seat | None
    from_store: bool
    whole_series: bool
    by: str | None
    reason: str
    attendees: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that Cal.com would tell its subscribers, frozen at the moment it happened."""

    trigger: Trigger
    at: datetime
    booking: Booking
    previous: Booking | None = None
    seat: Seat | None = None
    from_store: bool = False
    whole_series: bool = False
    by: str | None = None
    reason: str = ""
    attendees: tuple[tuple[str, bool], ...] = ()
    """Whose absence was noted or taken back."""
