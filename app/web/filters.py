"""Jinja filters: dates and times as people say them, zones by their city.

Times are always shown in a named zone; the machine-readable form stands in `<time datetime>`.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from babel.dates import format_date
from flask import Flask

LOCALE = "en_GB"


def init_app(app: Flask) -> None:
    """Makes the filters known to every template of the app."""
    for each in (day, long_day, month_name, local_date, clock, span, exact, iso, zone_city, money):
        app.jinja_env.filters[each.__name__] = each
    app.jinja_env.tests["other_clock"] = other_clock


def zone(name: str | None) -> ZoneInfo | None:
    """The zone with this name; None when the name is empty or unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def local(moment: datetime, zone_name: str | None) -> datetime:
    """The moment on the clocks of a zone; UTC when the zone is unknown."""
    return moment.astimezone(zone(zone_name) or UTC)


def day(moment: datetime, zone_name: str | None = None) -> str:
    """`Tue 8 Dec 2026`."""
    return _said(local_date(moment, zone_name), "EEE d MMM y")


def long_day(moment: datetime | date, zone_name: str | None = None) -> str:
    """`Tuesday 8 December 2026`."""
    return _said(local_date(moment, zone_name) if isinstance(moment, datetime) else moment, "EEEE d MMMM y")


def month_name(day: date) -> str:
    """`December 2026`."""
    return _said(day, "MMMM y")


def local_date(moment: datetime, zone_name: str | None = None) -> date:
    """The day that it is in a zone at this moment."""
    return local(moment, zone_name).date()


def clock(moment: datetime, zone_name: str | None = None) -> str:
    """`11:00`."""
    return local(moment, zone_name).strftime("%H:%M")


def span(start: datetime, end: datetime, zone_name: str | None = None) -> str:
    """`11:00–11:30`, with the second day named when it ends on another one."""
    first, last = local(start, zone_name), local(end, zone_name)
    if first.date() == last.date():
        return f"{first:%H:%M}–{last:%H:%M}"
    return f"{first:%H:%M} – {day(end, zone_name)}, {last:%H:%M}"


def exact(moment: datetime, zone_name: str | None = None) -> str:
    """Everything for the hover text: `Tuesday 8 December 2026, 11:00 Europe/London (UTC+0)`."""
    when = local(moment, zone_name)
    offset = when.strftime("%z")
    hours = f"{offset[0]}{int(offset[1:3])}" + (f":{offset[3:5]}" if offset[3:5] != "00" else "")
    return f"{long_day(when, zone_name)}, {when:%H:%M} {zone_name or 'UTC'} (UTC{hours})"


def iso(moment: datetime) -> str:
    """`2026-12-08T11:00:00Z`, for `<time datetime>` and for addresses."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"  # strftime leaves out the noughts of early years


def zone_city(zone_name: str | None) -> str:
    """`London` for `Europe/London`, and `Kolkata` for `Asia/Calcutta`: the name of today."""
    name = zone_name or "UTC"
    return str("UTC" if name == "UTC" else get_global("zone_aliases").get(name, name)).rsplit("/", 1)[-1].replace("_", " ")


def other_clock(moment: datetime, one: str | None, other: str | None) -> bool:
    """Whether clocks in the two zones differ at this moment."""
    return local(moment, one).utcoffset() != local(moment, other).utcoffset()


def money(cents: int, currency: str) -> str:
    """`60.00 EUR`."""
    return f"{cents / 100:.2f} {currency.upper()}"


@lru_cache(maxsize=4096)
def _said(day: date, pattern: str) -> str:
    """A list says the same few days again and again, and Babel takes its time for each."""
    return format_date(day, pattern, locale=LOCALE).replace("\u202f", " ").replace("\xa0", " ")
