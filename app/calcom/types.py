"""What Cal.com's API says, as frozen values in our words. Nothing of its JSON travels further inwards, but for `EventType.raw`.

Absent, null and `{"disabled": true}` are one and the same here: an empty text, an empty tuple, or None. Times are aware UTC.
Uids and seat uids are bearer secrets at Cal.com and people are people, so neither stands in a `repr`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

LANGUAGES = tuple(
    "en ar az bg bn ca cs da de el es es-419 et eu fi fr he hr hu id it iw ja km ko lv nl no pl pt pt-BR ro ru sk sr sv ta th tr uk vi zh-CN zh-TW".split()  # noqa: SIM905 -- forty short strings in quotes are hard to read
)
"""What `attendee.language` may be (schema `CreateBookingAttendee`)."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """Who holds a meeting."""

    id: int | None
    name: str = field(repr=False)
    email: str = field(repr=False)
    username: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Who comes to a meeting; in a class the holder of one seat."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    time_zone: str
    language: str = ""
    absent: bool = False
    phone: str = field(default="", repr=False)
    seat_uid: str = field(default="", repr=False)
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of this seat; in an unseated booking they stand at the booking."""
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One row of Cal.com's bookings. A move makes another row with another uid."""

    uid: str = field(repr=False)
    id: int | None
    status: str
    """`accepted`, `pending`, `cancelled`, `rejected`, `awaiting_host`."""
    start: datetime
    end: datetime
    duration_minutes: int
    title: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    hosts: tuple[Host, ...] = ()
    event_type_id: int | None = None
    """None when the event type has been deleted."""
    event_type_slug: str = ""
    location: str = field(default="", repr=False)
    attendees: tuple[Attendee, ...] = ()
    """None in a class whose seats are all given back, or that hides its people."""
    guests: tuple[str, ...] = field(default=(), repr=False)
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    cancellation_reason: str = field(default="", repr=False)
    cancelled_by: str = field(default="", repr=False)
    rescheduling_reason: str = field(default="", repr=False)
    rescheduled_by: str = field(default="", repr=False)
    rescheduled_from_uid: str = field(default="", repr=False)
    rescheduled_to_uid: str = field(default="", repr=False)
    recurring_uid: str = field(default="", repr=False)
    ical_uid: str = field(default="", repr=False)
    absent_host: bool = False
    seated: bool = False
    """Each attendee holds a seat; answers and metadata stand with the attendees."""
    seat_uid: str = field(default="", repr=False)
    """The seat just taken, in the answer to its booking."""
    rating: int | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer of a long list."""

    bookings: tuple[Booking, ...]
    skip: int
    """How many rows stood before this page."""
    answered_at: datetime
    """When Cal.com answered; what it says is no newer."""
    last: bool
    unreadable: int = 0
    """Rows that could not be understood (no uid, no time); they are in no `bookings`."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to meet, as a booker chooses it or an event type offers it."""

    type: str
    """`address`, `attendeeAddress`, `attendeeDefined`, `attendeePhone`, `integration`, `link`, `phone`, `organizersDefaultApp`, `unknown`."""
    value: str = field(default="", repr=False)
    """The address, link, number or integration, where the type has one."""
    public: bool = False
    """Whether people may see the value before they have booked."""


@dataclass(frozen=True, kw_only=True)
class NewBooking:
    """A booking to be made."""

    event_type_id: int
    start: datetime
    name: str = field(repr=False)
    time_zone: str
    email: str = field(default="", repr=False)
    """May be empty only where the event type takes a phone number instead."""
    phone: str = field(default="", repr=False)
    language: str = "en"
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """By slug of the question; Cal.com enforces its required ones."""
    guests: tuple[str, ...] = field(default=(), repr=False)
    location: Place | None = None
    length_minutes: int | None = None
    """Only for event types with several lengths."""
    recurrence_count: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    """At most 49 keys of 40 characters with values of 500."""
    attempt: str = field(default_factory=lambda: uuid4().hex, repr=False)
    """Sent as metadata; by it a booking is recognised after an answer that got lost. The same attempt books once at most."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A free time."""

    start: datetime
    end: datetime | None = None
    attendees: int | None = None
    """How many seats of a class are taken."""
    booking_uid: str = field(default="", repr=False)
    """Of the class that one would join."""


Slots = Mapping[date, tuple[Slot, ...]]
"""Free times by day in the time zone that was asked for, in order."""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A time kept free for somebody who is filling in the form."""

    uid: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingField:
    """A question of an event type."""

    slug: str
    type: str
    """`name`, `email`, `phone`, `address`, `text`, `number`, `textarea`, `select`, `multiselect`, `multiemail`, `checkbox`, `radio`,
    `boolean`, `url`, and `radioInput` for the choice of a place."""
    label: str = ""
    required: bool = False
    placeholder: str = ""
    hidden: bool = False
    options: tuple[str, ...] = ()
    own: bool = True
    """False for the questions that every event type has: name, email, location, title, notes, guests, rescheduleReason."""


@dataclass(frozen=True, kw_only=True)
class Seats:
    """How many people share one time."""

    per_slot: int
    show_attendees: bool = False
    show_available: bool = False


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """A series: every `interval` weeks, months or years."""

    frequency: str
    interval: int
    occurrences: int


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """The host has to say yes: `always`, or when there is less `notice` than this."""

    type: str
    notice_count: int | None = None
    notice_unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Window:
    """How far ahead one may book: `businessDays` or `calendarDays` from now, or a `range` of dates."""

    type: str
    days: int | None = None
    rolling: bool = False
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, kw_only=True)
class EventType:
    """What can be booked."""

    id: int
    slug: str
    title: str
    description: str = ""
    length_minutes: int
    length_options: tuple[int, ...] = ()
    """Empty where there is one length only."""
    price: int = 0
    """In the smallest unit of the currency (cents)."""
    currency: str = ""
    """Three capital letters; empty when it is free."""
    hidden: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    locations: tuple[Place, ...] = ()
    booking_fields: tuple[BookingField, ...] = ()
    schedule_id: int | None = None
    """None: the owner's default schedule."""
    owner_id: int | None = None
    team_id: int | None = None
    users: tuple[Host, ...] = ()
    seats: Seats | None = None
    recurrence: Recurrence | None = None
    confirmation: Confirmation | None = None
    minimum_notice: int = 0
    """Minutes."""
    window: Window | None = None
    guests_allowed: bool = True
    booking_url: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Everything Cal.com said, for configuration as code."""


@dataclass(frozen=True, kw_only=True)
class WorkingHours:
    """The same hours on several days of the week."""

    days: tuple[str, ...]
    """English names: Monday …"""
    start: str
    """HH:MM."""
    end: str


@dataclass(frozen=True, kw_only=True)
class Override:
    """Other hours on one date; with `start` equal to `end` the day is off."""

    day: date
    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When somebody works."""

    id: int
    name: str
    time_zone: str
    owner_id: int | None = None
    default: bool = False
    hours: tuple[WorkingHours, ...] = ()
    overrides: tuple[Override, ...] = ()
