"""Hosts, their working hours and the event types that the simulated Cal.com offers; they can change while it runs.

A booking refers to its event type itself, not to a copy: at the real one a later renaming shows in old bookings as well.
"""

import itertools
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.sandbox.errors import SlugTaken, UnknownEventType, UnknownHost
from app.sandbox.questions import Question
from app.sandbox.rhythm import WEEKLY, Rhythm
from app.sandbox.schedules import WEEKDAYS_NINE_TO_FIVE, Schedule

DAYS_AHEAD = 60


class PlaceKind(StrEnum):
    """How people meet, in the words that Cal.com uses in its deliveries."""

    LINK = "link"
    IN_PERSON = "inPerson"
    PHONE = "phone"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a meeting happens: a web address, a street address or a number to call."""

    kind: PlaceKind
    value: str


@dataclass(kw_only=True, eq=False)
class Host:
    """Somebody who can be booked, with an account of their own."""

    id: int
    name: str
    username: str
    email: str
    time_zone: str
    default_schedule_id: int
    bio: str = ""
    week_start: str = "Monday"
    time_format: int = 12
    avatar_url: str | None = None
    calendar: tuple[str, str] = ("google_calendar", "")
    """Where bookings are written; without a name the one of the e-mail address."""


@dataclass(kw_only=True, eq=False)
class EventType:
    """One kind of meeting that can be booked."""

    id: int
    host: Host
    slug: str
    title: str
    description: str
    minutes: int
    place: Place
    lengths: tuple[int, ...] = ()
    confirm_first: bool = False
    price: int = 0
    currency: str = "usd"
    seats: int | None = None
    weeks: int | None = None
    """How many dates a series has; None where each meeting stands alone."""
    rhythm: Rhythm = WEEKLY
    hidden: bool = False
    gone: bool = False
    questions: tuple[Question, ...] = ()
    default_questions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What a host changed about name, e-mail and the other questions that every type has."""
    schedule_id: int | None = None
    notice_minutes: int = 120
    window: dict[str, Any] | None = field(default_factory=lambda: {"type": "calendarDays", "value": DAYS_AHEAD, "rolling": True})
    buffer_before: int = 0
    buffer_after: int = 0
    slot_interval: int | None = None
    active_limit: int | None = None
    period_limits: dict[str, int] = field(default_factory=dict)
    """Most bookings in a `day`, `week`, `month` or `year`."""
    sign_in_needed: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What belongs to `seats`, `confirmationPolicy` and `bookerActiveBookingsLimit` and has no effect here."""
    places: tuple[dict[str, Any], ...] = ()
    """All places as the host wrote them, where there are several or one of a kind that has no effect here."""
    more: dict[str, Any] = field(default_factory=dict)
    """Settings that are kept and read back without an effect here."""

    def offered_lengths(self) -> tuple[int, ...]:
        """All lengths in minutes that a visitor may choose from."""
        return self.lengths or (self.minutes,)


class Catalogue:
    """Whom and what can be booked, and when; changes happen here only."""

    def __init__(self, *, hosts: list[Host], schedules: list[Schedule], event_types: list[EventType]) -> None:
        self.hosts = hosts
        self._schedules = {one.id: one for one in schedules}
        self._types = {one.id: one for one in event_types}
        self._type_ids = itertools.count(max(self._types) + 1)
        self._schedule_ids = itertools.count(max(self._schedules) + 1)

    def first_host(self) -> Host:
        """The host that a newcomer meets."""
        return self.hosts[0]

    def add_host(self, *, name: str, username: str, email: str, time_zone: str) -> Host:
        """A further host, who works on weekdays from nine to five."""
        number = max(one.id for one in self.hosts) + 1
        hours = self.add_schedule(Schedule(id=0, owner_id=number, name="Working hours", time_zone=time_zone, hours=WEEKDAYS_NINE_TO_FIVE))
        made = Host(id=number, name=name, username=username, email=email, time_zone=time_zone, default_schedule_id=hours.id)
        self.hosts.append(made)
        return made

    def host(self, username: str) -> Host:
        """The host with this name."""
        for one in self.hosts:
            if one.username == username:
                return one
        raise UnknownHost

    def event_types(self, host: Host, *, hidden: bool = False) -> list[EventType]:
        """What can be booked with a host, oldest first; on request with what only the host sees."""
        return [one for one in self._types.values() if one.host is host and (hidden or not one.hidden)]

    def find(self, slug: str, *, username: str = "") -> EventType:
        """The event type with this slug: of that host, or of the first host that has one."""
        for one in self._types.values():
            if one.slug == slug and username in ("", one.host.username):
                return one
        raise UnknownEventType

    def event_type(self, number: int) -> EventType:
        """The event type with this number."""
        if number not in self._types:
            raise UnknownEventType
        return self._types[number]

    def schedules(self, host: Host) -> list[Schedule]:
        """All working hours that a host has set up."""
        return [one for one in self._schedules.values() if one.owner_id == host.id]

    def schedule(self, number: int | None) -> Schedule | None:
        """The working hours with this number, if there are any."""
        return self._schedules.get(number) if number is not None else None

    def hours_of(self, kind: EventType) -> Schedule:
        """The working hours that count for an event type: its own, else the host's."""
        return self._schedules.get(kind.schedule_id or 0) or self._schedules[kind.host.default_schedule_id]

    def add_type(self, kind: EventType) -> EventType:
        """A further event type; its number is given here."""
        self.check_slug(kind.host, kind.slug)
        kind.id = next(self._type_ids)
        self._types[kind.id] = kind
        return kind

    def remove_type(self, number: int) -> EventType:
        """Take an event type away; its bookings stay and say that it is gone."""
        kind = self.event_type(number)
        kind.gone = True
        del self._types[number]
        return kind

    def check_slug(self, host: Host, slug: str, *, own_id: int | None = None) -> None:
        """Refuse a slug that the host uses already."""
        if any(one.host is host and one.slug == slug and one.id != own_id for one in self._types.values()):
            raise SlugTaken

    def add_schedule(self, schedule: Schedule) -> Schedule:
        """Further working hours; their number is given here."""
        schedule.id = next(self._schedule_ids)
        self._schedules[schedule.id] = schedule
        return schedule

    def remove_schedule(self, number: int) -> None:
        """Take working hours away; event types fall back to the host's default."""
        del self._schedules[number]
