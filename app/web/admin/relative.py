"""How far away a moment is, as people say it."""

from datetime import date, datetime

from app import clock
from app.web.filters import local

MINUTE, HOUR, DAY = 60, 3600, 86400


def relative(moment: datetime) -> str:
    """`in 25 min`, `3 hours ago`, `in 12 days`; `now` within a minute."""
    seconds = (moment - clock.now()).total_seconds()
    away = abs(seconds)
    if away < MINUTE:
        return "now"
    if away < HOUR:
        amount = f"{round(away / MINUTE)} min"
    elif away < 2 * DAY:
        amount = _several(round(away / HOUR), "hour")
    else:
        amount = _days(round(away / DAY))
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def relative_day(day: date, zone_name: str) -> str:
    """`today`, `tomorrow`, `in 5 days`, `3 weeks ago`, counted in calendar days of the zone."""
    apart = (day - local(clock.now(), zone_name).date()).days
    if abs(apart) <= 1:
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[apart]
    return f"in {_days(apart)}" if apart > 0 else f"{_days(-apart)} ago"


def _days(number: int) -> str:
    if number < 14:
        return _several(number, "day")
    if number < 60:
        return _several(round(number / 7), "week")
    if number < 730:
        return _several(round(number / 30.44), "month")
    return _several(round(number / 365.25), "year")


def _several(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
