"""A month as a sheet of days, in the zone of the person who looks at it. No database here, no request."""

from calendar import Calendar, monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.reception.availability import FreeTime


@dataclass(frozen=True, order=True)
class Month:
    """One month of a year."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month in which a day lies."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """From `2026-12`; None for anything else."""
        try:
            return cls.of(date.fromisoformat(f"{text}-01"))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    def later(self, months: int) -> "Month":
        """So many months on, or back."""
        count = self.year * 12 + self.month - 1 + months
        return Month(count // 12, count % 12 + 1)

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From its first moment to the first of the next month, on the clocks of the zone."""
        last = date(self.year, self.month, monthrange(self.year, self.month)[1])
        return midnight(self.first, zone), midnight(last + timedelta(days=1), zone)


@dataclass(frozen=True)
class Day:
    """One field of the sheet."""

    date: date
    times: tuple[FreeTime, ...]
    inside: bool
    """Whether it belongs to the month; the others only fill the first and the last week."""


def sheet(month: Month, free: Sequence[FreeTime], zone: ZoneInfo) -> list[list[Day]]:
    """The weeks of a month, Monday first, with the free times of each day."""
    by_day: dict[date, list[FreeTime]] = {}
    for each in free:
        by_day.setdefault(each.start.astimezone(zone).date(), []).append(each)
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    return [[Day(day, tuple(by_day.get(day, ())) if day.month == month.month else (), day.month == month.month) for day in week] for week in weeks]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day in a zone, as UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
