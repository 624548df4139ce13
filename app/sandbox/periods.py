"""Limits per day, week, month and year: how many meetings of a kind a host takes in one of them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.sandbox.catalogue import EventType
from app.sandbox.store import Store

PERIODS = ("day", "week", "month", "year")


def is_full(kind: EventType, store: Store, start: datetime, *, leaving: str | None = None) -> bool:
    """Whether a limit of the event type is reached in a period around this time; the booking that moves does not count."""
    return any(_count(kind, store, period, start, leaving) >= most for period, most in kind.period_limits.items())


def _count(kind: EventType, store: Store, period: str, start: datetime, leaving: str | None) -> int:
    zone = ZoneInfo(kind.host.time_zone)
    first, after = _bounds(period, start.astimezone(zone).date())
    begins, ends = (datetime.combine(day, time(0), zone).astimezone(UTC) for day in (first, after))
    return sum(one.event_type is kind and one.start >= begins and one.uid != leaving for one in store.overlapping(kind.host, begins, ends))


def _bounds(period: str, day: date) -> tuple[date, date]:
    """The first day of a period, and the first one after it; weeks begin on Monday."""
    if period == "day":
        return day, day + timedelta(days=1)
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(weeks=1)
    if period == "month":
        return day.replace(day=1), (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)
