"""The history of a booking as a chain: any line that is altered, removed or swapped shows.

Each line hashes who, when, why, the field and a salted digest of its values, together with the line before it of the
same booking; the booking keeps count and head, so that even a missing last line shows. Values are hashed through their
digest only, so that erasing a person's data does not break the chain. One chain per booking and not one for all: two
workers never wait for each other, and a restored or erased booking does not touch its neighbours. When not to rely on
it: somebody who can write the database can also rebuild a whole chain; keep a copy of the heads elsewhere against that.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.bookings.models import Booking, BookingChange
from app.db import db

START = "0" * 64
CHANGES = cast(Table, BookingChange.__table__)
HASHED = ("number", "at", "actor", "cause", "inbox_id", "field", "values_digest")
ATTRIBUTES = {"metadata": "details", "alias_of": ""}
"""Where a field of the history stands in the row; `alias_of` names a reference and is not compared."""


@dataclass(frozen=True)
class Cause:
    """By whom and why: goes into the history with every difference."""

    actor: str
    reason: str
    inbox_id: int | None = None


@dataclass(frozen=True)
class Broken:
    """The first line of a booking's history that is not what was written."""

    reference: str
    number: int
    change_id: int | None
    what: str


def append(session: Session, booking: Booking, differences: Sequence[tuple[str, Any, Any]], *, cause: Cause) -> None:
    """Adds a line to the booking's history for each field with its old and new value. The booking must have its number.

    Plain inserts in one go: as objects of the session, each line would cost as much as the booking itself.
    """
    lines = []
    for field, old, new in differences:
        salt, values = secrets.token_hex(16), (_plain(old), _plain(new))
        line = {
            "booking_id": booking.id, "number": booking.change_count + 1, "at": clock.now(), "actor": cause.actor, "cause": cause.reason,
            "inbox_id": cause.inbox_id, "field": field, "old": values[0], "new": values[1], "salt": salt, "values_digest": _digest(salt, *values),
        }  # fmt: skip
        line["hash"] = _hash(booking.reference, line, booking.change_head or START)
        booking.change_count, booking.change_head = line["number"], line["hash"]
        lines.append(line)
    if lines:
        session.connection().execute(insert(CHANGES), lines)


def verify() -> Iterator[Broken]:
    """The first broken line of each booking whose history does not hold; nothing when everything is as it was written."""
    for booking in db.session.scalars(select(Booking).order_by(Booking.id).execution_options(yield_per=500)):
        lines = select(BookingChange).where(BookingChange.booking_id == booking.id).order_by(BookingChange.number)
        broken = _first_broken(booking, list(db.session.scalars(lines)))
        if broken is not None:
            yield broken


def _first_broken(booking: Booking, lines: list[BookingChange]) -> Broken | None:
    previous = START
    for number, line in enumerate(lines, start=1):
        what = _fault(booking.reference, line, number=number, previous=previous)
        if what:
            return Broken(booking.reference, number, line.id, what)
        previous = line.hash
    if len(lines) != booking.change_count:
        return Broken(booking.reference, len(lines) + 1, None, f"{booking.change_count} lines were written, {len(lines)} are there")
    if lines and previous != booking.change_head:
        return Broken(booking.reference, len(lines), lines[-1].id, "the booking remembers another last line")
    return _unexplained(booking, lines)


def _unexplained(booking: Booking, lines: list[BookingChange]) -> Broken | None:
    """A value in the booking that is not the last one its history knows."""
    last = {line.field: line for line in lines if line.salt}
    for field, line in last.items():
        if line.new != _plain(getattr(booking, ATTRIBUTES.get(field, field) or "-", line.new)):
            return Broken(booking.reference, line.number, line.id, f"the booking's {field} is not what this line says")
    return None


def _fault(reference: str, line: BookingChange, *, number: int, previous: str) -> str:
    if line.number != number:
        return f"line {number} is missing or stands elsewhere"
    if line.salt and line.values_digest != _digest(line.salt, line.old, line.new):
        return "its values were altered"
    if not line.salt and (line.old is not None or line.new is not None):
        return "it was marked as erased and still has values"
    if line.hash != _hash(reference, {name: getattr(line, name) for name in HASHED}, previous):
        return "it was altered, swapped, or the line before it was"
    return ""


def _digest(salt: str, old: Any, new: Any) -> str:
    return hashlib.sha256(json.dumps([salt, old, new], sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _hash(reference: str, line: Mapping[str, Any], previous: str) -> str:
    said = [previous, reference, *(_plain(line[name]) for name in HASHED)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
