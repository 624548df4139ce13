"""Single values of Cal.com's JSON, read without trust: what is absent, null, disabled or of another type is nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any


def text(value: Any) -> str:
    """A text; numbers are written out, anything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def whole(value: Any) -> int | None:
    """A whole number, also when it came as text or with a fraction of nothing."""
    if isinstance(value, bool):
        return None
    try:
        return int(value) if isinstance(value, int | str) else (int(value) if isinstance(value, float) and value.is_integer() else None)
    except ValueError:
        return None


def truth(value: Any) -> bool:
    """True only for true."""
    return value is True


def moment(value: Any) -> datetime | None:
    """A moment in UTC; without a zone it is taken for UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def day(value: Any) -> date | None:
    """A date, also when it came as a moment."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def mapping(value: Any) -> Mapping[str, Any]:
    """An object; empty when there is none."""
    return value if isinstance(value, dict) else {}


def enabled(value: Any) -> Mapping[str, Any] | None:
    """The object of a setting; None when it is absent, null, empty or `{"disabled": true}`."""
    return value if isinstance(value, dict) and value and value.get("disabled") is not True else None


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; a single object counts as a list of one."""
    found = value if isinstance(value, list) else [value]
    return [row for row in found if isinstance(row, dict)]


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(row for row in value if isinstance(row, str)) if isinstance(value, list) else ()
