"""Time zones by name, and spans such as "24h" before or after a moment.

Hours and minutes are counted as they pass. A day is a day of the calendar: "1d" before nine in the morning is nine in
the morning of the day before, also when the clocks change in the night between.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

MOST_DAYS = 366
_STEP = re.compile(r"([1-9]\d{0,5})([mhd])")
_LONGEST_ZONE_NAME = 64
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True)
class Step:
    """A span of time with a name: `24h`, `30m`, `2d`."""

    amount: int
    unit: str

    @property
    def name(self) -> str:
        """As it is written, and as kinds of mail end."""
        return f"{self.amount}{self.unit}"

    @property
    def length(self) -> timedelta:
        """The span itself, on days without a change of the clocks."""
        return self.amount * _UNITS[self.unit]

    def before(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The moment so long before, in UTC; None when the calendar does not reach that far."""
        return self._away(moment, zone, back=True)

    def after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The moment so long after, in UTC; None when the calendar does not reach that far."""
        return self._away(moment, zone, back=False)

    def _away(self, moment: datetime, zone: tzinfo, *, back: bool) -> datetime | None:
        length = -self.length if back else self.length
        try:
            if self.unit != "d":
                return moment.astimezone(UTC) + length
            return (moment.astimezone(zone) + length).astimezone(UTC)  # sums within one zone keep what the clock on the wall shows
        except OverflowError:
            return None


def step(text: str) -> Step:
    """The span that a text names. Raises `ValueError` for anything but a number and m, h or d, a year at most."""
    found = _STEP.fullmatch(text.strip())
    if not found or (made := Step(int(found[1]), found[2])).length > timedelta(days=MOST_DAYS):
        msg = "must be a span such as 30m, 24h or 2d, a year at most"
        raise ValueError(msg)
    return made


def zone_of(name: str) -> tzinfo:
    """The time zone with this name in any spelling of its capitals; UTC when there is none."""
    known = _zones().get(name.strip().casefold()) if len(name) <= _LONGEST_ZONE_NAME else None
    return ZoneInfo(known) if known else UTC


def comes_twice(moment: datetime) -> bool:
    """Whether the clocks of its zone show this time a second time: the hour in which they go back. `moment` is a real one, so in no gap."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


@cache
def zone_names() -> frozenset[str]:
    """The names of all time zones of this machine; reading them takes a walk through their folder, so once in a process."""
    return frozenset(available_timezones())


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names() if name not in {"localtime", "Factory"}}
