"""When the host can be booked: plain office hours minus what is taken."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.sandbox.catalogue import HOST, EventType
from app.sandbox.state import Booking

DAYS_AHEAD = 60
NOTICE = timedelta(hours=2)
_FRIDAY = 4
_MORNING = (time(9), time(12, 30))
_AFTERNOON = (time(13, 30), time(17, 30))


def office_hours(day: date) -> list[tuple[datetime, datetime]]:
    """The open spans of one day, in UTC: a lunch break, no Friday afternoon, no weekend."""
    zone = ZoneInfo(HOST.time_zone)
    if day.weekday() > _FRIDAY:
        return []
    spans = [_MORNING] if day.weekday() == _FRIDAY else [_MORNING, _AFTERNOON]
    return [(datetime.combine(day, opens, zone).astimezone(UTC), datetime.combine(day, closes, zone).astimezone(UTC)) for opens, closes in spans]


def offered_starts(*, minutes: int, now: datetime) -> list[datetime]:
    """Every start the office hours allow, earliest first, taken or not."""
    length = timedelta(minutes=minutes)
    step = timedelta(minutes=15 if minutes < 30 else 30)
    first_day = now.astimezone(ZoneInfo(HOST.time_zone)).date()
    starts: list[datetime] = []
    for offset in range(DAYS_AHEAD + 1):
        for opens, closes in office_hours(first_day + timedelta(days=offset)):
            start = opens
            while start + length <= closes:
                if start >= now + NOTICE:
                    starts.append(start)
                start += step
    return starts


def seats_left(kind: EventType, start: datetime, bookings: Iterable[Booking]) -> int | None:
    """How many seats a class still has at this time; None when it is no class."""
    if kind.seats is None:
        return None
    existing = class_at(kind, start, bookings)
    return kind.seats - len(existing.seats) if existing else kind.seats


def class_at(kind: EventType, start: datetime, bookings: Iterable[Booking]) -> Booking | None:
    """The class that already runs at this time, if any."""
    return next(
        (b for b in bookings if b.holds_time and b.event_type is kind and b.start == start),
        None,
    )


def is_free(kind: EventType, *, start: datetime, minutes: int, bookings: Iterable[Booking], leaving: str | None = None) -> bool:
    """Whether nothing else is in the way; the booking that is being moved does not count."""
    end = start + timedelta(minutes=minutes)
    for other in bookings:
        if not other.holds_time or start >= other.end or other.start >= end:
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


def within_office_hours(start: datetime, *, minutes: int) -> bool:
    """Whether the host works then."""
    end = start + timedelta(minutes=minutes)
    day = start.astimezone(ZoneInfo(HOST.time_zone)).date()
    return any(opens <= start and end <= closes for opens, closes in office_hours(day))
