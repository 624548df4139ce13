"""Requests to Cal.com's API as values, without a socket."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from app.calcom.errors import NotFound
from app.calcom.types import NewBooking, Place
from app.calcom.versions import HEADER, version_of

ATTEMPT_KEY = "frontdesk_attempt"
"""The metadata key by which a booking of ours is recognised after an answer that got lost."""

Query = tuple[tuple[str, str], ...]

PLACE_VALUES = {
    "address": "address",
    "attendeeAddress": "address",
    "attendeeDefined": "location",
    "attendeePhone": "phone",
    "integration": "integration",
    "link": "link",
    "phone": "phone",
}
"""Under which key each kind of place has its value; a new booking sends one for what the attendee fills in and for integrations."""


@dataclass(frozen=True)
class Call:
    """One request: what it asks, and where."""

    what: str
    """In words, for messages: "list bookings"."""
    method: str
    path: str = field(repr=False)
    """Below the API's root. May hold uids."""
    query: Query = field(default=(), repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def reads(self) -> bool:
        """Whether asking twice does no harm."""
        return self.method == "GET"

    @property
    def target(self) -> str:
        """Path and query."""
        return self.path + ("?" + urlencode(self.query) if self.query else "")

    @property
    def headers(self) -> dict[str, str]:
        """All headers but the key."""
        version = version_of(self.path)
        return {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "Frontdesk"} | ({HEADER: version} if version else {})


def segment(value: str | int) -> str:
    """A uid or number as one part of a path. Raises `NotFound` for what can be none, lest another path be asked."""
    text = str(value)
    if not re.fullmatch(r"[^\s/]{1,300}", text) or set(text) == {"."}:
        raise NotFound("Cal.com knows nothing under this address.")
    return quote(text, safe="")


def instant(value: datetime) -> str:
    """A moment as Cal.com writes it: UTC, milliseconds, Z."""
    if value.tzinfo is None:
        raise ValueError("a naive datetime: times go to Cal.com as aware UTC")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def query(**values: str | int | date | Iterable[str] | None) -> Query:
    """The parameters that have a value; moments as UTC, lists separated by commas."""
    return tuple((name, _text(value)) for name, value in values.items() if value is not None and value not in ("", ()))


def _text(value: str | int | date | Iterable[str]) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return str(value)
    return ",".join(value)


def filled(**values: object) -> dict[str, Any]:
    """The properties of a body that have a value; Cal.com does not like null where it expects nothing."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", (), [], {})}


def place_body(place: Place) -> dict[str, Any]:
    """A place as a new booking names it: what the owner has fixed (address, link, number) is not repeated."""
    fixed = place.type in {"address", "link", "phone", "organizersDefaultApp"}
    name = PLACE_VALUES.get(place.type)
    return {"type": place.type} if fixed or name is None else {"type": place.type, name: place.value}


def new_booking_body(wanted: NewBooking) -> dict[str, Any]:
    """The body of `POST /bookings`.

    https://cal.com/docs/api-reference/v2/bookings/create-a-booking
    """
    return {
        "start": instant(wanted.start),
        "eventTypeId": wanted.event_type_id,
        "attendee": filled(
            name=wanted.name,
            email=wanted.email,
            phoneNumber=wanted.phone,
            timeZone=wanted.time_zone,
            language=wanted.language,
        ),
        "metadata": {**wanted.metadata, ATTEMPT_KEY: wanted.attempt},
        **filled(
            bookingFieldsResponses=dict(wanted.answers),
            guests=list(wanted.guests),
            lengthInMinutes=wanted.length_minutes,
            recurrenceCount=wanted.recurrence_count,
            location=place_body(wanted.location) if wanted.location else None,
        ),
    }
