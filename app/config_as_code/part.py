"""What every block of the file has in common: strict, frozen, no unknown keys, and it remembers which keys were written."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.timing import zone_names


class Part(BaseModel):
    """A block of the file. What is not written is not owned: it is neither compared nor changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def said(self) -> dict[str, Any]:
        """The keys that were written, with plain values."""
        return self.model_dump(exclude_unset=True, mode="python")


def _zone(value: str) -> str:
    if value not in zone_names():
        msg = "must be a time zone such as Europe/London"
        raise ValueError(msg)
    return value


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        msg = 'must be a time such as "09:30", in quotes, from 00:00 to 23:59'
        raise ValueError(msg)
    return value


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        msg = "must be a date such as 2026-12-24"
        raise ValueError(msg) from None
    return value


def _moment(value: str) -> str:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        msg = 'must be a moment with its zone, such as "2030-12-31T18:00:00Z"'
        raise ValueError(msg)
    return value


def _slug(value: str) -> str:
    if not re.fullmatch(r"[\w.~-]+", value) or value != value.lower():
        msg = "must be small letters, digits and hyphens, such as first-visit"
        raise ValueError(msg)
    return value


def _address(value: str) -> str:
    if not re.fullmatch(r"(https?://|\$\{SITE_URL\})[^\s]*", value):
        msg = "must be a web address that begins with https:// or ${SITE_URL}"
        raise ValueError(msg)
    return value


def _off(value: Any) -> Any:
    return None if isinstance(value, dict) and value.get("disabled") is True else value


Line = Annotated[str, Field(min_length=1, max_length=500)]
Words = Annotated[str, Field(max_length=20_000)]
Zone = Annotated[str, AfterValidator(_zone), Field(description="A time zone such as Europe/London.")]
Clock = Annotated[str, AfterValidator(_clock), Field(description='HH:MM, in quotes: "09:30".')]
Day = Annotated[str, AfterValidator(_day), Field(description="A date such as 2026-12-24.")]
Moment = Annotated[str, AfterValidator(_moment), Field(description="A moment with its zone, such as 2030-12-31T18:00:00Z.")]
Slug = Annotated[str, AfterValidator(_slug), Field(description="Small letters, digits, hyphens: the end of the booking address.")]
Address = Annotated[str, AfterValidator(_address)]
Whole = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Colour = Annotated[str, Field(pattern=r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$", description="Such as #1a2b3c.")]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
OFF = BeforeValidator(_off)
"""`{disabled: true}` says the same as nothing."""
