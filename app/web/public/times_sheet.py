"""The page on which a day and a time are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app import clock
from app.hosts.models import EventType
from app.reception.availability import Desk, FreeTime
from app.reception.months import Day, Month, sheet
from app.web.public.wish import Wish

AHEAD = 12
"""Months that may be leafed through."""
LOOK_AHEAD = 3
"""Months that are looked through for the first free time when none is asked for."""


@dataclass(frozen=True)
class Sheet:
    """One month with its free times, and the day that is chosen."""

    wish: Wish
    month: Month
    weeks: Sequence[Sequence[Day]]
    chosen: Day | None
    earlier: Month | None
    later: Month | None

    @property
    def empty(self) -> bool:
        """Whether nothing is free in this month."""
        return not any(day.times for week in self.weeks for day in week)


def sheet_of(kind: EventType, wish: Wish, desk: Desk, *, held: datetime | None = None) -> Sheet:
    """The month that is asked for, or the first one with a free time. Raises `CalcomError`.

    The time that is `held` for this visitor counts as free.
    """
    zone = ZoneInfo(wish.zone)
    today = Month.of(clock.now().astimezone(zone).date())
    wanted = wish.month or (Month.of(wish.day) if wish.day else None)
    month = min(max(wanted or today, today), today.later(AHEAD))
    free = _free(kind, wish, desk, month, zone)
    while wanted is None and not free and month < today.later(LOOK_AHEAD - 1):
        month = month.later(1)
        free = _free(kind, wish, desk, month, zone)
    begin, end = month.span(zone)
    if held is not None and begin <= held < end and all(each.start != held for each in free):
        free = sorted([*free, FreeTime(held, held + timedelta(minutes=wish.minutes))], key=lambda each: each.start)
    weeks = [week for week in sheet(month, free, zone) if week[-1].date >= clock.now().astimezone(zone).date()]
    days = [day for week in weeks for day in week if day.times]
    chosen = next((day for day in days if day.date == wish.day), days[0] if days else None)
    return Sheet(
        wish=replace(wish, month=month, day=chosen.date if chosen else None, start=None),
        month=month,
        weeks=weeks,
        chosen=chosen,
        earlier=month.later(-1) if month > today else None,
        later=month.later(1) if month < today.later(AHEAD) else None,
    )


def _free(kind: EventType, wish: Wish, desk: Desk, month: Month, zone: ZoneInfo) -> list[FreeTime]:
    begin, end = month.span(zone)
    return desk.free(kind, begin, end, minutes=wish.minutes)
