"""Values in the one form in which they are compared, whether they come from the file or from Cal.com.

Cal.com writes one thing and reads back another: a window as a list, "no limit" as `{"disabled": true}`, as null or not at all, hours
grouped by other days than were sent. Two values are equal exactly when this form of them is equal.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.config_as_code import questions
from app.config_as_code.kinds import EVENT_TYPE_READ_ONLY, NUMBERS, REVERSED, SWITCHES, TEXTS, WEEK, Fields, Kind

LAYOUTS = ("month", "week", "column")
PLACE_VALUES = {"address": "address", "link": "link", "phone": "phone", "integration": "integration", "unknown": "location"}


def value(name: str, given: Any) -> Any:
    """One property in its normal form."""
    if name in REVERSED:
        return _reversed(given)
    if isinstance(given, Mapping) and given.get("disabled") is True:
        given = None
    if name in NUMBERS:
        return given or 0
    if name in TEXTS:
        return given or ""
    if name in SWITCHES:
        return given is True
    if name in _SHAPES:
        return _SHAPES[name](given) if given else None if name not in _LISTS else []
    return None if given in ("", {}, []) else given


def fields(given: Mapping[str, Any]) -> Fields:
    """Several properties."""
    return {name: value(name, each) for name, each in given.items()}


def _reversed(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return None
    found = {name: each for name, each in given.items() if each not in (None, False)}
    return found or None


def _filled(names: tuple[str, ...]) -> Callable[[Any], Any]:
    def shape(given: Any) -> Any:
        return {name: given[name] for name in names if given.get(name) is not None} or None

    return shape


def _window(given: Any) -> Any:
    found = given[0] if isinstance(given, list) else given
    if not isinstance(found, Mapping) or not found.get("type") or found.get("disabled") is True:
        return None
    bounds = found.get("value")
    if isinstance(bounds, list):
        return {"type": found["type"], "value": [str(day)[:10] for day in bounds]}
    return {"type": found["type"], "value": bounds, "rolling": found.get("rolling") is True}


def _confirmation(given: Any) -> Any:
    found = {"type": given.get("type")}
    notice = given.get("noticeThreshold")
    if found["type"] == "time" and isinstance(notice, Mapping):
        found["noticeThreshold"] = {"unit": notice.get("unit"), "count": notice.get("count")}
    return found | {"blockUnconfirmedBookingsInBooker": given.get("blockUnconfirmedBookingsInBooker") is True}


def _seats(given: Any) -> Any:
    shown = {name: given.get(name) is True for name in ("showAttendeeInfo", "showAvailabilityCount")}
    return {"seatsPerTimeSlot": given.get("seatsPerTimeSlot"), **shown}


def _active_limit(given: Any) -> Any:
    most = given.get("maximumActiveBookings")
    return None if most is None else {"maximumActiveBookings": most, "offerReschedule": given.get("offerReschedule") is True}


def _layouts(given: Any) -> Any:
    enabled = given.get("enabledLayouts") or ()
    return {"defaultLayout": given.get("defaultLayout"), "enabledLayouts": [one for one in LAYOUTS if one in enabled]}


def _places(given: Any) -> Any:
    return [_place(row) for row in given if isinstance(row, Mapping)]


def _place(row: Mapping[str, Any]) -> Fields:
    kind = row.get("type")
    found: Fields = {"type": kind}
    name = PLACE_VALUES.get(str(kind))
    if name:
        found[name] = row.get(name)
    if kind in {"address", "link", "phone"}:
        found["public"] = row.get("public") is not False
    return found


def _hours(given: Any) -> Any:
    """Weekly hours by equal spans, as nobody can tell how Cal.com groups them."""
    days: dict[tuple[str, str], set[str]] = {}
    for row in given:
        days.setdefault((row["startTime"], row["endTime"]), set()).update(row["days"])
    rows = [{"days": [day for day in WEEK if day in found], "startTime": start, "endTime": end} for (start, end), found in days.items()]
    return sorted(rows, key=lambda row: (WEEK.index(row["days"][0]) if row["days"] else 0, row["startTime"]))


def _other_days(given: Any) -> Any:
    rows = [{"date": str(row["date"])[:10], "startTime": row["startTime"], "endTime": row["endTime"]} for row in given]
    return sorted(rows, key=lambda row: (row["date"], row["startTime"]))


def _hosts(given: Any) -> Any:
    rows = []
    for row in given:
        found = {"email": row["email"]}
        if row.get("mandatory") is True:
            found["mandatory"] = True
        if row.get("priority") not in (None, "medium"):
            found["priority"] = row["priority"]
        rows.append(found)
    return sorted(rows, key=lambda row: str(row["email"]))


_SHAPES: dict[str, Callable[[Any], Any]] = {
    "availability": _hours,
    "bookerActiveBookingsLimit": _active_limit,
    "bookerLayouts": _layouts,
    "bookingFields": questions.normal,
    "bookingLimitsCount": _filled(("day", "week", "month", "year")),
    "bookingLimitsDuration": _filled(("day", "week", "month", "year")),
    "bookingWindow": _window,
    "calVideoSettings": lambda given: {name: each for name, each in given.items() if each is not None} or None,
    "color": _filled(("lightThemeHex", "darkThemeHex")),
    "confirmationPolicy": _confirmation,
    "destinationCalendar": _filled(("integration", "externalId")),
    "emailSettings": lambda given: {name: True for name, each in given.items() if each is True} or None,
    "hosts": _hosts,
    "lengthInMinutesOptions": lambda given: sorted({int(one) for one in given}),
    "locations": _places,
    "overrides": _other_days,
    "recurrence": _filled(("frequency", "interval", "occurrences")),
    "seats": _seats,
    "triggers": sorted,
}
_LISTS = frozenset({"availability", "bookingFields", "hosts", "lengthInMinutesOptions", "locations", "overrides", "triggers"})


def read_only(kind: Kind, raw: Mapping[str, Any]) -> Fields:
    """What Cal.com shows of an event type and cannot be told; a price of nothing has no currency."""
    if kind not in {Kind.EVENT_TYPE, Kind.TEAM_EVENT_TYPE}:
        return {}
    found = {name: raw.get(name) for name in EVENT_TYPE_READ_ONLY}
    found["price"] = found["price"] or 0
    found["currency"] = str(found["currency"] or "").lower() if found["price"] else None
    found["isInstantEvent"] = found["isInstantEvent"] is True
    return {name: None if each in ("", {}, []) else each for name, each in found.items()}
