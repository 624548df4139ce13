"""Working hours: weekly spans of a host and single days that differ."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, kw_only=True)
class Hours:
    """The same span on several days of the week."""

    days: tuple[str, ...]
    opens: time
    closes: time


WEEKDAYS_NINE_TO_FIVE = (Hours(days=WEEKDAYS[:5], opens=time(9), closes=time(17)),)


@dataclass(frozen=True, kw_only=True)
class OtherDay:
    """A day with hours of its own; a span without length closes it."""

    day: date
    opens: time
    closes: time


@dataclass(kw_only=True, eq=False)
class Schedule:
    """When somebody can be booked, in the time zone they live by."""

    id: int
    owner_id: int
    name: str
    time_zone: str
    hours: tuple[Hours, ...]
    overrides: tuple[OtherDay, ...] = field(default=())

    def open_spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The open spans of one local day, in UTC, earliest first."""
        own = [one for one in self.overrides if one.day == day]
        usual = [one for one in self.hours if WEEKDAYS[day.weekday()] in one.days]
        spans = [(one.opens, one.closes) for one in own] or [(one.opens, one.closes) for one in usual]
        return [(self._moment(day, opens), self._moment(day, closes, end=True)) for opens, closes in sorted(spans) if _length(opens, closes)]

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether the host works during all of this time."""
        day = start.astimezone(ZoneInfo(self.time_zone)).date()
        return any(opens <= start and end <= closes for opens, closes in self.open_spans(day))

    def _moment(self, day: date, clock: time, *, end: bool = False) -> datetime:
        if end and clock == time(0):
            day += timedelta(days=1)
        return datetime.combine(day, clock, ZoneInfo(self.time_zone)).astimezone(UTC)


def _length(opens: time, closes: time) -> bool:
    return closes > opens or (closes == time(0) and opens != time(0))
