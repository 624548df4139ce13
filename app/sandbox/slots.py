"""When a host can be booked: working hours minus what is taken, within notice and window."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.sandbox.catalogue import DAYS_AHEAD, EventType
from app.sandbox.errors import ClassFull, InThePast, SlotTaken, TimeNotOffered, TooFarAhead, TooSoon
from app.sandbox.schedules import Schedule
from app.sandbox.state import Booking
from app.sandbox.store import Store

_STEP_MINUTES = 30
_FRIDAY = 4
_LONGEST_PAUSE = timedelta(hours=4)


def offered_starts(
    kind: EventType, schedule: Schedule, *, minutes: int, now: datetime, after: datetime | None = None, before: datetime | None = None
) -> Iterator[datetime]:
    """Every start that hours, notice and window allow, earliest first, taken or not; `after` counts, `before` does not."""
    length = timedelta(minutes=minutes)
    step = timedelta(minutes=kind.slot_interval or (15 if minutes < _STEP_MINUTES else _STEP_MINUTES))
    zone = ZoneInfo(schedule.time_zone)
    first, last = window_of(kind, zone, now)
    earliest = max(now + timedelta(minutes=kind.notice_minutes), first, after or first)
    latest = min(last, before) if before else last
    day = earliest.astimezone(zone).date()
    while datetime.combine(day, time(0), zone) < latest:
        for opens, closes in schedule.open_spans(day):
            start = opens
            while start + length <= closes and start < latest:
                if start >= earliest:
                    yield start
                start += step
        day += timedelta(days=1)


def window_of(kind: EventType, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """From when until when an event type can be booked."""
    window = kind.window
    if window is None:
        return now, now + timedelta(days=2 * 365)
    if window["type"] == "range":
        opens, closes = (date.fromisoformat(one[:10]) for one in window["value"])
        return _midnight(opens, zone), _midnight(closes + timedelta(days=1), zone)
    today = now.astimezone(zone).date()
    days = int(window.get("value", DAYS_AHEAD))
    if window["type"] == "businessDays":
        return now, _midnight(_business_days_later(today, days) + timedelta(days=1), zone)
    return now, _midnight(today + timedelta(days=days + 1), zone)


def check_offered(kind: EventType, schedule: Schedule, *, start: datetime, minutes: int, now: datetime) -> None:
    """Refuse a time that the rules of the event type do not allow, with the reason."""
    if start <= now:
        raise InThePast
    if start < now + timedelta(minutes=kind.notice_minutes):
        raise TooSoon
    first, last = window_of(kind, ZoneInfo(schedule.time_zone), now)
    if not first <= start < last:
        raise TooFarAhead
    if not schedule.covers(start, start + timedelta(minutes=minutes)):
        raise TimeNotOffered


def check_free(kind: EventType, store: Store, *, start: datetime, minutes: int, leaving: str | None = None) -> None:
    """Refuse a time that somebody else has."""
    if kind.seats and (existing := class_at(kind, start, store)):
        if len(existing.seats) >= kind.seats:
            raise ClassFull
    elif not is_free(kind, store, start=start, minutes=minutes, leaving=leaving):
        raise SlotTaken


def seats_left(kind: EventType, start: datetime, store: Store) -> int | None:
    """How many seats a class still has at this time; None when it is no class."""
    if kind.seats is None:
        return None
    existing = class_at(kind, start, store)
    return kind.seats - len(existing.seats) if existing else kind.seats


def class_at(kind: EventType, start: datetime, store: Store) -> Booking | None:
    """The class that already runs at this time, if any."""
    found = store.overlapping(kind.host, start, start + timedelta(minutes=1))
    return next((one for one in found if one.event_type is kind and one.start == start), None)


def is_free(kind: EventType, store: Store, *, start: datetime, minutes: int, leaving: str | None = None) -> bool:
    """Whether nothing else is in the way, the pauses of both kinds of meeting included; the booking that is being moved does not count."""
    begins = start - timedelta(minutes=kind.buffer_before)
    ends = start + timedelta(minutes=minutes + kind.buffer_after)
    for other in store.overlapping(kind.host, begins - _LONGEST_PAUSE, ends + _LONGEST_PAUSE):
        before, after = (timedelta(minutes=one) for one in (other.event_type.buffer_before, other.event_type.buffer_after))
        if other.end + after <= begins or other.start - before >= ends:
            continue
        same_class = kind.seats is not None and other.event_type is kind and other.start == start
        if same_class and other.uid != leaving and len(other.seats) < (kind.seats or 0):
            continue
        alone = len(other.seats) <= 1
        if other.uid == leaving and alone and other.start != start:
            continue
        if other.uid == leaving and kind.seats is None:
            continue
        return False
    return True


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _business_days_later(day: date, days: int) -> date:
    left = days
    while left > 0:
        day += timedelta(days=1)
        if day.weekday() <= _FRIDAY:
            left -= 1
    return day
