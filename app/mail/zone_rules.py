"""The rules of a time zone as far as a calendar file needs them (VTIMEZONE, RFC 5545 section 3.6.5).

Each change of the clocks is a part of its own, at the time that the clocks show when it comes. The icalendar package can
make rules as well, but it lists all changes as dates of one part, of which ical.js (Thunderbird) reads the first and
Outlook none, and it puts the change in spring an hour late.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_EXACT = timedelta(minutes=1)


@lru_cache(maxsize=256)
def zone_rules(zone: ZoneInfo, *, first: date, last: date) -> Timezone:
    """What the clocks of the zone show from the first day to the last one."""
    rules = Timezone()
    rules.add("tzid", zone.key)
    begin = datetime.combine(first, time(), zone)
    rules.add_component(_part(begin, before=begin))
    for change in _changes(zone, begin.astimezone(UTC), datetime.combine(last, time(), UTC)):
        rules.add_component(_part(change.astimezone(zone), before=(change - _EXACT).astimezone(zone)))
    return rules


def _part(after: datetime, *, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    """From this moment on; it is written as the clocks show it that have not been changed yet."""
    part = TimezoneDaylight() if after.dst() else TimezoneStandard()
    shown = after.replace(tzinfo=None) - (after.utcoffset() or timedelta()) + (before.utcoffset() or timedelta())
    part.add("dtstart", shown)
    part.add("tzoffsetfrom", before.utcoffset())
    part.add("tzoffsetto", after.utcoffset())
    part.add("tzname", after.tzname())
    return part


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The moments at which the clocks of the zone are changed, to the minute."""
    while begin < end:
        low, high = begin, begin + _DAY
        if _offset(low, zone) != _offset(high, zone):
            while high - low > _EXACT:
                middle = low + (high - low) // 2
                middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
                low, high = (middle, high) if _offset(middle, zone) == _offset(low, zone) else (low, middle)
            yield high
        begin += _DAY


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
