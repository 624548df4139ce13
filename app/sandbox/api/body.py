"""Reads what a request brings: declared properties are checked, all others silently dropped, as at the real one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import request

from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.desk import desk

Check = Callable[[Any], str | None]


@dataclass(frozen=True)
class Property:
    """One declared property: what it must be, and whether it must be there."""

    check: Check
    required: bool = False


Properties = Mapping[str, Property]


def read(properties: Properties, *, partly: bool = False) -> dict[str, Any]:
    """The declared properties of the JSON body; null counts as absent, whatever is not declared is lost.

    So is what this installation is said not to know yet (dial `api_unknown`).
    """
    given = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(given, dict):
        raise ApiProblem(400, "Unexpected token in JSON")
    unknown = {name.strip() for name in desk().dials.api.api_unknown.split(",")}
    return checked({name: value for name, value in given.items() if name not in unknown}, properties, partly=partly)


def checked(given: Mapping[str, Any], properties: Properties, *, partly: bool = False, path: str = "") -> dict[str, Any]:
    """The declared properties of an object; all faults at once."""
    faults: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, wanted in properties.items():
        value = given.get(name)
        if value is None:
            if wanted.required and not partly:
                faults[path + name] = f"{name} should not be null or undefined"
            continue
        fault = wanted.check(value)
        if fault:
            faults[path + name] = f"{name} {fault}"
        else:
            kept[name] = value
    if faults:
        raise BadBody(faults)
    return kept


def text(value: Any) -> str | None:
    """Any text."""
    return None if isinstance(value, str) else "must be a string"


def filled(value: Any) -> str | None:
    """A text that is not empty."""
    return None if isinstance(value, str) and value.strip() else "should not be empty"


def number(value: Any) -> str | None:
    """A number."""
    return None if isinstance(value, int | float) and not isinstance(value, bool) else "must be a number conforming to the specified constraints"


def whole(value: Any) -> str | None:
    """A whole number of at least nought."""
    return None if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else "must be an integer number"


def switch(value: Any) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "must be a boolean value"


def mapping(value: Any) -> str | None:
    """An object."""
    return None if isinstance(value, dict) else "must be an object"


def listed(value: Any) -> str | None:
    """A list."""
    return None if isinstance(value, list) else "must be an array"


def email(value: Any) -> str | None:
    """An address."""
    name, _, domain = value.partition("@") if isinstance(value, str) else ("", "", "")
    return None if name and "." in domain.strip(".") and not any(c.isspace() for c in value) else "must be an email"


def zone(value: Any) -> str | None:
    """The name of a time zone."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return "must be a valid IANA time-zone"
    return None


def instant(value: Any) -> str | None:
    """A moment in ISO 8601."""
    return None if isinstance(value, str) and parsed(value) else "must be a valid ISO 8601 date string"


def one_of(*allowed: str | int) -> Check:
    """One of these values."""
    words = ", ".join(map(str, allowed))
    return lambda value: None if value in allowed else f"must be one of the following values: {words}"


def parsed(value: str) -> datetime | None:
    """A moment from its spelling; without a zone it counts as UTC."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def moment(value: str) -> datetime:
    """The moment of a text that was checked before."""
    found = parsed(value)
    if found is None:
        raise BadBody({"start": "start must be a valid ISO 8601 date string"})
    return found
