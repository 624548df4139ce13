"""How the dates of a series follow each other: every so many weeks, months or years."""

import itertools
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

_NUMBERS = {"yearly": 0, "monthly": 1, "weekly": 2}
"""Cal.com's numbers, those of the calendar standard's libraries."""


@dataclass(frozen=True)
class Rhythm:
    """The step from one date of a series to the next."""

    frequency: str = "weekly"
    interval: int = 1

    @property
    def number(self) -> int:
        """The frequency as deliveries name it."""
        return _NUMBERS[self.frequency]

    def dates(self, first: datetime, count: int) -> list[datetime]:
        """So many dates; a month that has no such day is left out."""
        return list(itertools.islice(self._dates(first), count))

    def _dates(self, first: datetime) -> Iterator[datetime]:
        for step in itertools.count(0, self.interval):
            if self.frequency == "weekly":
                yield first + timedelta(weeks=step)
                continue
            months = first.month - 1 + step * (12 if self.frequency == "yearly" else 1)
            year, month = first.year + months // 12, months % 12 + 1
            if first.day <= monthrange(year, month)[1]:
                yield first.replace(year=year, month=month)


WEEKLY = Rhythm()
