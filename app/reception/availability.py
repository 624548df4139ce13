"""Free times of an event type, what is taken by our own bookings, and the hours in which it can be had at all.

Free times come from Cal.com, which knows the host's calendars. What our own record knows to be taken never shows, even
when Cal.com has not noticed yet. Of our bookings only the times leave this module, never who or what.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app import clock
from app.bookings import queries as bookings
from app.bookings.models import Booking
from app.calcom.client import Client
from app.calcom.errors import Away, CalcomError, NotConfigured, Wait
from app.db import db
from app.hosts import queries as hosts
from app.hosts.models import EventType
from app.reception.cache import Cache

AWAY_SECONDS = 10
GENERATION_SECONDS = 3600
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, order=True)
class Span:
    """From one moment to another, UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class FreeTime:
    """A time that can be booked."""

    start: datetime
    end: datetime
    seats_left: int | None = None
    """In a class; None when the time is for one booking alone."""


class Desk:
    """What is needed to answer questions about free times: the client, if there is a key, and the cache."""

    def __init__(self, client: Client | None, cache: Cache) -> None:
        self._client = client
        self.cache = cache

    @property
    def client(self) -> Client:
        """The client. Raises `NotConfigured` without a key."""
        if self._client is None:
            raise NotConfigured("This site has no key for Cal.com's API.")
        return self._client

    @property
    def open(self) -> bool:
        """Whether there is a key at all."""
        return self._client is not None

    def free(self, kind: EventType, begin: datetime, end: datetime, *, minutes: int | None = None) -> list[FreeTime]:
        """What can be booked from `begin` (included) to `end` (not), in order. Raises `CalcomError`."""
        length = minutes or kind.minutes
        now = clock.now()
        begin = max(begin, now)
        if begin >= end:
            return []
        found = [each for each in self._told(kind, begin, end, length) if begin <= each.start < end and each.start > now]
        return without_taken(kind, found, _in_the_way(kind, found))

    def forget(self, kind: EventType) -> None:
        """Ask Cal.com anew about this event type from now on."""
        self.cache.put(f"generation:{kind.calcom_id}", secrets.token_hex(4), seconds=GENERATION_SECONDS)

    def _told(self, kind: EventType, begin: datetime, end: datetime, minutes: int) -> list[FreeTime]:
        first, last = begin.astimezone(UTC).date(), (end.astimezone(UTC) - timedelta(microseconds=1)).date()
        generation = self.cache.get(f"generation:{kind.calcom_id}") or ""
        key = f"{kind.calcom_id}:{minutes}:{first}:{last}:{generation}"
        kept = self.cache.get(key)
        if kept is None:
            if self.cache.get("away"):
                raise Away("Cal.com did not answer a moment ago.")
            kept = self._ask(kind, first, last, minutes)
            self.cache.put(key, kept)
        return [FreeTime(datetime.fromisoformat(start), datetime.fromisoformat(stop), left) for start, stop, left in json.loads(kept)]

    def _ask(self, kind: EventType, first: date, last: date, minutes: int) -> str:
        client, number, length = self.client, kind.calcom_id, timedelta(minutes=minutes)
        seats, duration = kind.seats, minutes if kind.lengths else None
        db.session.rollback()  # nothing is held open while Cal.com is asked
        begin, end = datetime.combine(first, time(), UTC), datetime.combine(last + timedelta(days=1), time(), UTC) - timedelta(seconds=1)
        try:
            told = client.slots.free(event_type_id=number, start=begin, end=end, duration=duration)
        except (Away, Wait) as error:
            self.cache.put("away", "1", seconds=int(min(error.seconds, 60)) or 1 if isinstance(error, Wait) else AWAY_SECONDS)
            raise
        rows = [
            (slot.start.isoformat(), (slot.end or slot.start + length).isoformat(), seats - (slot.attendees or 0) if seats else None)
            for slots in told.values()
            for slot in slots
        ]
        return json.dumps(sorted(rows))


def without_taken(kind: EventType, free: Sequence[FreeTime], taken: Sequence[Booking]) -> list[FreeTime]:
    """The free times that none of our bookings stands in; a class that has begun to fill is free as long as a seat is."""
    kept = []
    for each in free:
        others = [booking for booking in taken if booking.start < each.end and booking.end > each.start]
        same_class = [booking for booking in others if kind.seats and booking.event_type == kind.slug and booking.start == each.start]
        if len(same_class) < len(others) and _nobody_left(kind, [booking for booking in others if booking not in same_class]):
            continue
        left = None if each.seats_left is None else min(each.seats_left, kind.seats - len(same_class))
        if left is None or left > 0:
            kept.append(FreeTime(each.start, each.end, left))
    return kept


def busy(kind: EventType, begin: datetime, end: datetime) -> list[Span]:
    """When our own bookings take the host's time, run together; nothing of the host's private calendar is in it."""
    merged: list[Span] = []
    for span in sorted(Span(max(booking.start, begin), min(booking.end, end)) for booking in bookings.holding_time(begin, end, host_emails=_people(kind))):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def hours(kind: EventType, begin: datetime, end: datetime) -> list[Span]:
    """The working hours of the event type's schedule in this span, day by day."""
    if not kind.time_zone:
        return []
    zone = ZoneInfo(kind.time_zone)
    day, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    differing: dict[str, list[tuple[str, str]]] = {}
    for row in kind.overrides:
        differing.setdefault(row["date"], []).append((row["start"], row["end"]))
    found = []
    while day <= last:
        name = DAYS[day.weekday()]
        usual = [(row["start"], row["end"]) for row in kind.working_hours if name in row["days"]]
        for opens, closes in differing.get(day.isoformat(), usual):
            span = Span(max(_at(day, opens, zone), begin), min(_at(day, closes, zone), end))
            if span.start < span.end:
                found.append(span)
        day += timedelta(days=1)
    return sorted(found)


def nearest(desk: Desk, kind: EventType, wanted: datetime, *, minutes: int | None = None, most: int = 6) -> list[FreeTime]:
    """Free times close to one that cannot be had, in order of time; none when Cal.com does not answer."""
    try:
        around = desk.free(kind, wanted - timedelta(days=7), wanted + timedelta(days=14), minutes=minutes)
    except CalcomError:
        return []
    return sorted(sorted(around, key=lambda each: abs(each.start - wanted))[:most], key=lambda each: each.start)


def _at(day: date, said: str, zone: ZoneInfo) -> datetime:
    """`24:00` is the end of the day."""
    hour, minute = (int(part) for part in said.split(":")[:2])
    return (datetime.combine(day, time(), zone) + timedelta(hours=hour, minutes=minute)).astimezone(UTC)


def _people(kind: EventType) -> list[str]:
    """Whose bookings count; with a single host all of them do, whatever address they were told under."""
    return [] if len(hosts.bookable_hosts()) <= 1 else list(kind.people)


def _in_the_way(kind: EventType, free: Sequence[FreeTime]) -> list[Booking]:
    if not free:
        return []
    return bookings.holding_time(free[0].start, max(each.end for each in free), host_emails=_people(kind))


def _nobody_left(kind: EventType, others: Sequence[Booking]) -> bool:
    """Whether these bookings keep everybody busy who could hold the meeting: when hosts take turns, the others still can."""
    if kind.shared != "roundRobin":
        return True
    return {email.lower() for email in kind.people} <= {booking.host_email.lower() for booking in others}
