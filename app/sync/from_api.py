"""A booking as Cal.com's API tells it, in our words: the twin of `translate.py`, with the same fields and text forms.

A read says how things stand, not what happened. So it tells of each address (in a class: of each seat) only a state
with its values; which facts follow from that depends on what is known already (`compare.py`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.bookings.facts import Address, Kind
from app.calcom.types import Attendee, Booking, Host
from app.sync.clean import clean, line, text
from app.sync.translate import ICAL, VISITOR_KEY, NotUnderstood, type_of

STATES = {
    "accepted": Kind.CONFIRMED,
    "pending": Kind.REQUESTED,
    "awaiting_host": Kind.REQUESTED,
    "cancelled": Kind.CANCELLED,
    "rejected": Kind.REJECTED,
}
"""Cal.com's word → the kind of fact. A row that was moved away says `cancelled` as well and names its successor."""
ENDED = frozenset({Kind.CANCELLED, Kind.REJECTED})
PHONE_DOMAIN = "@sms.cal.com"


@dataclass(frozen=True)
class TypeKnown:
    """What the catalogue knows of an event type."""

    title: str = ""
    price: int = 0
    confirms_first: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """The questions by slug."""


@dataclass(frozen=True)
class Said:
    """What one read says of one address."""

    address: Address
    kind: Kind
    content: Mapping[str, Any]
    seat_uid: str = ""
    clue: str = ""
    """The first uid of the chain as the calendar UID names it, if it is another."""
    paid: bool = False
    """It could not stand like this if it had not been paid."""


@dataclass(frozen=True)
class Row:
    """One row of Cal.com's list."""

    uid: str
    said: tuple[Said, ...]
    """One, or in a class one for each seat; none where a class shows nobody."""
    seated: bool
    ended: bool
    beginning: Kind
    """What a booking of this type is when it is new."""
    moved_from: str
    moved_to: str
    """The successor of a row that was moved away; empty for one that stands."""
    created_at: datetime | None
    updated_at: datetime | None
    absent: Mapping[str, bool]
    host_absent: bool
    reason: str


def read(booking: Booking, types: Mapping[int, TypeKnown]) -> Row:
    """What the API says of a row. Raises `NotUnderstood` for a status that nobody has heard of."""
    kind = STATES.get(booking.status)
    if kind is None:
        raise NotUnderstood(f"the status {text(booking.status)[:30]!r} is not known here")
    known = types.get(booking.event_type_id or -1, TypeKnown())
    moved_from = booking.rescheduled_from_uid if booking.rescheduled_from_uid != booking.uid else ""
    paid = known.price > 0 and (kind is Kind.CONFIRMED or (kind is Kind.REQUESTED and bool(moved_from)))
    if kind is Kind.REQUESTED and known.price > 0 and not known.confirms_first and not moved_from:
        kind = Kind.PAYMENT_DUE
    listed = [one for one in booking.attendees if one.email or one.phone]
    people = [_person(one) for one in listed]
    said: tuple[Said, ...] = ()
    if booking.seated:
        said = tuple(_seat(booking, person, seat, kind=kind, known=known, paid=paid) for person, seat in zip(people, listed, strict=True))
    elif people:
        content = _content(booking, known, people=_with_guests(people, booking.guests))
        said = (Said(Address(booking.uid), kind, content, clue=_first_uid(booking), paid=paid),)
    return Row(
        uid=booking.uid,
        said=said,
        seated=booking.seated,
        ended=kind in ENDED,
        beginning=Kind.REQUESTED if known.confirms_first else Kind.CONFIRMED,
        moved_from=moved_from,
        moved_to=booking.rescheduled_to_uid if kind is Kind.CANCELLED and booking.rescheduled_to_uid != booking.uid else "",
        created_at=booking.created_at,
        updated_at=booking.updated_at,
        absent={person["email"].lower(): one.absent for person, one in zip(people, listed, strict=True) if person["email"]},
        host_absent=booking.absent_host,
        reason=text(booking.cancellation_reason),
    )


def _content(booking: Booking, known: TypeKnown, *, people: list[dict[str, Any]]) -> dict[str, Any]:
    host = _host(booking.hosts[0]) if booking.hosts else {}
    booker = _booker(booking, people)
    rest = [person for person in people if person["email"] not in {booker["email"], host.get("email")}]
    return _values(booking, known, host, answers=booking.answers, metadata=booking.metadata) | {
        "booker": booker,
        "attendees": [booker, *rest],
        "title": line(booking.title),
        "ical_uid": text(booking.ical_uid),
        "team": [text(host.email) for host in booking.hosts[1:]],
    }


def _seat(booking: Booking, person: dict[str, Any], seat: Attendee, *, kind: Kind, known: TypeKnown, paid: bool) -> Said:
    """One person's seat. Answers and metadata of the row may be another person's, so only the seat's own count."""
    host = _host(booking.hosts[0]) if booking.hosts else {}
    values = _values(booking, known, host, answers=seat.answers, metadata=seat.metadata)
    content = values | {"booker": person, "attendees": [person], "title": _own_title(booking, host, person), "ical_uid": "", "team": []}
    if seat.seat_uid:
        content["seat_uid"] = seat.seat_uid
    return Said(Address(booking.uid, person["email"].lower()), kind, content, seat_uid=seat.seat_uid, paid=paid)


def _values(booking: Booking, known: TypeKnown, host: dict[str, Any], *, answers: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    said = clean(dict(metadata))
    visitor = said.pop(VISITOR_KEY, None)
    content = {
        "event_type": text(booking.event_type_slug),
        "start": booking.start.isoformat(),
        "end": booking.end.isoformat(),
        "host": host,
        "location": text(booking.location),
        "meeting_url": _meeting_url(booking, said),
        "answers": _answers(answers, known),
        "metadata": said,
        "reason": text(booking.cancellation_reason) if booking.status in {"cancelled", "rejected"} else "",
    }
    if isinstance(visitor, str):
        content["visitor_hash"] = hashlib.sha256(visitor.encode()).hexdigest()
    return content


def _person(one: Attendee) -> dict[str, Any]:
    digits = "".join(sign for sign in one.phone if sign.isdigit())
    email = text(one.email) or (f"{digits}{PHONE_DOMAIN}" if digits else "")
    return {"name": line(one.name), "email": email, "time_zone": text(one.time_zone), "locale": text(one.language), "state": "attending"}


def _host(one: Host) -> dict[str, Any]:
    return {"name": line(one.name), "email": text(one.email), "time_zone": text(one.time_zone), "locale": "", "state": "attending"}


def _with_guests(people: list[dict[str, Any]], guests: tuple[str, ...]) -> list[dict[str, Any]]:
    """Guests stand among the attendees, or in a list of addresses of their own."""
    listed = {person["email"].lower() for person in people}
    nameless = {"name": "", "time_zone": "", "locale": "", "state": "attending"}
    return people + [{**nameless, "email": text(email)} for email in guests if text(email) and email.lower() not in listed]


def _booker(booking: Booking, people: list[dict[str, Any]]) -> dict[str, Any]:
    """Who booked: the answer to the question for the e-mail address, since guests may stand first; else the first who is no guest."""
    asked = booking.answers.get("email")
    email = text(asked).lower()
    named = next((person for person in people if email and person["email"].lower() == email), None)
    guests = {guest.lower() for guest in booking.guests}
    return named or next((person for person in people if person["email"].lower() not in guests), people[0])


def _own_title(booking: Booking, host: dict[str, Any], person: dict[str, Any]) -> str:
    """The title of the row bears the name of whoever came first; it must not stand on other people's bookings."""
    title, between = line(booking.title), f" between {host.get('name', '')} and "
    head, found, _ = title.partition(between)
    return f"{head}{between}{person['name']}" if found else title


def _answers(answers: Mapping[str, Any], known: TypeKnown) -> dict[str, Any]:
    return {
        text(slug): {"label": text(known.labels.get(slug) or slug), "type": type_of(value), "value": clean(value), "hidden": False}
        for slug, value in answers.items()
        if value not in (None, "", [], {})
    }


def _meeting_url(booking: Booking, metadata: Mapping[str, Any]) -> str:
    found = [metadata.get("videoCallUrl"), booking.location]
    return next((url for url in found if isinstance(url, str) and re.match(r"https?://", url)), "")


def _first_uid(booking: Booking) -> str:
    match = ICAL.fullmatch(booking.ical_uid)
    return match[1] if match and match[1] != booking.uid else ""
