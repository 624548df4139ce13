"""A plan's values as the owner reads them on a page: questions in sentences, lengths in minutes; the file's own names stay beside them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAMES: Mapping[str, str] = {
    "title": "Title", "description": "Description", "slug": "Address", "hidden": "Hidden", "lengthInMinutes": "Length",
    "lengthInMinutesOptions": "Lengths to choose from", "bookingFields": "Questions", "locations": "Places", "seats": "Seats", "recurrence": "Series",
    "confirmationPolicy": "Approval by hand", "minimumBookingNotice": "Shortest notice", "beforeEventBuffer": "Pause before",
    "afterEventBuffer": "Pause after", "slotInterval": "Distance between times", "bookingWindow": "How far ahead",
    "bookingLimitsCount": "Most bookings", "bookingLimitsDuration": "Most minutes", "schedule": "Schedule", "scheduleId": "Schedule",
    "availability": "Hours", "overrides": "Other hours on single days", "timeZone": "Time zone", "name": "Name", "active": "Switched on",
    "triggers": "What it reports", "subscriberUrl": "Address", "payloadTemplate": "Template", "secret": "Secret", "bio": "About",
    "weekStart": "First day of the week", "timeFormat": "Clock",
}  # fmt: skip
ANSWERS: Mapping[str, str] = {
    "text": "one line", "textarea": "several lines", "phone": "a phone number", "address": "an address", "number": "a number",
    "email": "an e-mail address", "multiemail": "e-mail addresses", "url": "a web address", "select": "one of a list",
    "multiselect": "several of a list", "radio": "one of these", "checkbox": "any of these", "boolean": "yes or no",
}  # fmt: skip
MINUTES = frozenset({"lengthInMinutes", "minimumBookingNotice", "beforeEventBuffer", "afterEventBuffer", "slotInterval"})


def name(field: str) -> str:
    """What a property is called; its own name when we have no word for it."""
    return NAMES.get(field, field)


def value(field: str, given: Any) -> str:
    """A value in words."""
    if given is None or given in ("", [], {}):
        return "nothing"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, int) and field in MINUTES:
        return f"{given} minutes"
    if isinstance(given, Sequence) and not isinstance(given, str) and all(isinstance(each, str | int) for each in given):
        return ", ".join(map(str, given))
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def question(row: Mapping[str, Any]) -> str:
    """`“Which colour?” (one of a list: Red, Blue; must be answered)`."""
    kind = ANSWERS.get(str(row.get("type", "")), str(row.get("type", "")))
    options = [str(each) for each in row.get("options") or ()]
    about = [f"{kind}: {', '.join(options)}" if options else kind, "must be answered" if row.get("required") else "", "hidden" if row.get("hidden") else ""]
    said = "; ".join(each for each in about if each)
    return f"“{row.get('label') or row.get('slug') or 'Without words'}”" + (f" ({said})" if said else "")


def rows(field: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """What goes and what comes, as (`old` or `new`, words): questions one by one, everything else whole."""
    if field == "bookingFields" and isinstance(new, list):
        before = old if isinstance(old, list) else []
        yield from (("old", question(row)) for row in before if row not in new)
        yield from (("new", question(row)) for row in new if row not in before)
        if before != new and sorted(map(str, before)) == sorted(map(str, new)):
            yield "new", "another order: " + ", ".join(f"“{row.get('label') or row.get('slug')}”" for row in new)
        return
    yield "old", value(field, old)
    yield "new", value(field, new)
