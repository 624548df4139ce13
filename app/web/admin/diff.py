"""What changed, in words: old value, new value, for people and for screen readers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.bookings.models import BookingChange, Payment
from app.web.admin import wording
from app.web.filters import day, local, span, zone_city

LONGEST = 400
NOTHING = "nothing"
PAYMENTS = {Payment.NONE: "none", Payment.DUE: "due", Payment.PAID: "paid", Payment.REFUNDED: "refunded"}


@dataclass(frozen=True)
class Difference:
    """One line: what it is about, and both values as text."""

    label: str
    old: str
    new: str


def differences(changes: Sequence[BookingChange], *, zone: str) -> list[Difference]:
    """The changes of one moment; start and end are told as one, nested values key by key."""
    by_field = {change.field: change for change in changes}
    lines: list[Difference] = []
    start, end = by_field.get("start"), by_field.get("end")
    if start is not None and end is not None:
        lines.append(Difference("Time", _span(start.old, end.old, zone), _span(start.new, end.new, zone)))
        del by_field["start"], by_field["end"]
    for name, change in by_field.items():
        if name not in wording.QUIET_FIELDS:
            lines += _lines(name, change.old, change.new, zone)
    return [line for line in lines if line.old != line.new]


class Side(NamedTuple):
    """One field as two sides have it, as text."""

    label: str
    ours: str
    theirs: str
    same: bool


def sides(fields: Sequence[tuple[str, Any, Any]], *, zone: str) -> list[Side]:
    """Both values of each field; answers and metadata key by key. What nobody has a value for is empty."""
    rows: list[Side] = []
    for name, ours, theirs in fields:
        if name in {"answers", "details"}:
            label = wording.field("metadata" if name == "details" else name)
            keys = [*ours, *(key for key in theirs if key not in ours)]
            rows += [Side(f"{label}: {key}", _answer(ours.get(key)), _answer(theirs.get(key)), ours.get(key) == theirs.get(key)) for key in keys]
        else:
            values = [_said(name, value.isoformat() if isinstance(value, datetime) else value, zone) for value in (ours, theirs)]
            if ours != theirs and values[0] == values[1]:  # they differ in what the words leave out
                values = [plain(json.dumps(value, ensure_ascii=False, default=str)) for value in (ours, theirs)]
            first, second = ("" if value == NOTHING else value for value in values)
            rows.append(Side(wording.field(name), first, second, same=bool(ours == theirs)))
    return rows


def plain(value: Any) -> str:
    """A value of an answer or of metadata, as text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and isinstance(value.get("value"), str):
        return _cut(str(value["value"]))
    if isinstance(value, (list, tuple)) and all(isinstance(part, (str, int, float)) for part in value):
        return _cut(", ".join(str(part) for part in value))
    if isinstance(value, (Mapping, list, tuple)):
        return _cut(json.dumps(value, ensure_ascii=False))
    return _cut(str(value))


def _lines(name: str, old: Any, new: Any, zone: str) -> Iterator[Difference]:
    if name in {"answers", "metadata"} and isinstance(old or {}, Mapping) and isinstance(new or {}, Mapping):
        before, after = old or {}, new or {}
        for key in [*before, *(key for key in after if key not in before)]:
            if before.get(key) != after.get(key):
                yield Difference(f"{wording.field(name)}: {key}", _answer(before.get(key)), _answer(after.get(key)))
        return
    yield Difference(wording.field(name), _said(name, old, zone), _said(name, new, zone))


def _said(name: str, value: Any, zone: str) -> str:
    if value is None or value in ("", []):
        return NOTHING
    if name == "status":
        return wording.STATUSES.get(value, str(value))
    if name == "payment":
        return PAYMENTS.get(value, str(value))
    if name in {"start", "end", "missing_since"}:
        return _moment(value, zone)
    if name == "attendees" and isinstance(value, list):
        return _cut("; ".join(_person(person) for person in value))
    return plain(value) or NOTHING


def _answer(value: Any) -> str:
    return plain(value.get("value") if isinstance(value, Mapping) and "value" in value else value) or NOTHING


def _person(person: Any) -> str:
    if not isinstance(person, Mapping):
        return plain(person)
    mark = " (no-show)" if person.get("state") == "no_show" else ""
    name, email = person.get("name") or "", person.get("email") or ""
    return f"{name} <{email}>{mark}" if name else f"{email}{mark}"


def _span(start: Any, end: Any, zone: str) -> str:
    first, last = _parse(start), _parse(end)
    if first is None or last is None:
        return NOTHING
    return f"{day(first, zone)}, {span(first, last, zone)} ({zone_city(zone)})"


def _moment(value: Any, zone: str) -> str:
    found = _parse(value)
    return f"{day(found, zone)}, {local(found, zone):%H:%M} ({zone_city(zone)})" if found else str(value)


def _parse(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "…"
