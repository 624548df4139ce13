"""A Cal.com delivery in our words: the only file that speaks both languages.

Shapes and traps come from deliveries of Cal.com 5.2.14 and its public source: three spellings of one instant, labels that
change (so answers are kept by slug), a booker who need not stand first, co-hosts among the attendees after a confirmation.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.bookings.facts import Fact, Kind
from app.sync.clean import UID, clean, line, text

KINDS = {
    "BOOKING_PAYMENT_INITIATED": Kind.PAYMENT_DUE,
    "BOOKING_PAID": Kind.PAID,
    "BOOKING_REQUESTED": Kind.REQUESTED,
    "BOOKING_CREATED": Kind.CONFIRMED,
    "BOOKING_RESCHEDULED": Kind.CONFIRMED,
    "BOOKING_LOCATION_UPDATED": Kind.UPDATED,
    "BOOKING_REASSIGNED": Kind.UPDATED,
    "BOOKING_REJECTED": Kind.REJECTED,
    "BOOKING_CANCELLED": Kind.CANCELLED,
}
"""Triggers that carry a whole booking. There is no BOOKING_CONFIRMED: a host's yes is BOOKING_CREATED with the same uid."""

VISITOR_KEY = "frontdesk_visitor"
SOURCE_KEY = "frontdesk_source"
PLEASE_MOVE = "Please reschedule."
"""How the reason begins when a host asks for another time; Cal.com 5.2 says it in no other way."""
ICAL = re.compile(r"([A-Za-z0-9]{6,64})@Cal\.com")


class NotUnderstood(Exception):
    """The delivery has not the form of a booking; the text says what is wrong, without its values."""


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Person(_Loose):
    name: Any = ""
    email: str = ""
    timeZone: str | None = ""
    language: Any = None


class _Payload(_Loose):
    uid: str = Field(pattern=UID)
    startTime: str
    endTime: str
    title: str | None = ""
    type: str | None = None
    rescheduleUid: str | None = Field(default=None, pattern=f"^$|{UID}")
    iCalUID: str | None = None
    organizer: _Person = _Person()
    attendees: list[_Person] = []
    responses: dict[str, Any] | None = None
    team: dict[str, Any] | None = None
    location: Any = None
    videoCallData: dict[str, Any] | None = None
    destinationCalendar: Any = None
    metadata: dict[str, Any] | None = None
    seatsPerTimeSlot: int | None = None
    attendeeSeatId: str | None = None
    cancellationReason: str | None = None
    rejectionReason: str | None = None
    requestReschedule: bool | None = None
    status: str | None = None
    recurringEvent: dict[str, Any] | None = None
    paymentId: int | str | None = None
    price: int | float | None = None
    currency: str | None = None


class _Envelope(_Loose):
    triggerEvent: str
    createdAt: str
    payload: _Payload


def facts_of(body: Mapping[str, Any]) -> list[Fact]:
    """The facts that one booking delivery states.

    Raises `NotUnderstood` when a field that a booking cannot do without is missing or malformed.
    """
    try:
        envelope = _Envelope.model_validate(body)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        msg = f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        raise NotUnderstood(msg) from None
    at, kind, payload = instant(envelope.createdAt, "createdAt"), KINDS[envelope.triggerEvent], envelope.payload
    content = _content(payload) | _money(payload, kind)
    seats = _seats(payload, content) if payload.seatsPerTimeSlot is not None else {"": content}
    moved = bool(payload.rescheduleUid) and payload.rescheduleUid != payload.uid
    facts = []
    for seat, said in seats.items():
        values = {**said, "moved_in": True} if envelope.triggerEvent == "BOOKING_RESCHEDULED" else said
        facts.append(Fact(payload.uid, seat, kind, at, "" if seat else _first_uid(payload), values))
        if moved and payload.rescheduleUid:
            facts.append(Fact(payload.rescheduleUid, seat, Kind.MOVED, at, payload.uid))
    return facts


def speaks_for_a_series(body: Mapping[str, Any]) -> bool:
    """Whether one delivery tells of many bookings: ending or confirming a whole series sends only one, without their uids."""
    payload = body.get("payload")
    several = {"BOOKING_CANCELLED", "BOOKING_REJECTED"}
    return isinstance(payload, dict) and bool(payload.get("recurringEvent")) and body.get("triggerEvent") in several


def instant(said: str, name: str) -> datetime:
    """An aware UTC datetime from any of Cal.com's spellings (`…Z`, `….000Z`, `…+00:00`).

    Raises `NotUnderstood`, naming the field.
    """
    try:
        value = datetime.fromisoformat(said)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        msg = f"{name}: not a time"
        raise NotUnderstood(msg) from None


def _content(payload: _Payload) -> dict[str, Any]:
    start, end = instant(payload.startTime, "startTime"), instant(payload.endTime, "endTime")
    metadata = clean(payload.metadata or {})
    visitor = metadata.pop(VISITOR_KEY, None)
    people = [_person(person) for person in payload.attendees if person.email]
    booker = _booker(payload, people)
    organizer = _person(payload.organizer)
    content = {
        "title": line(payload.title),
        "event_type": text(payload.type),
        "start": start.isoformat(),
        "end": end.isoformat(),
        "host": organizer,
        "booker": booker,
        "attendees": _with_booker_first(people, booker, organizer),
        "location": text(payload.location),
        "meeting_url": _meeting_url(payload, metadata),
        "answers": _answers(payload.responses or {}),
        "metadata": metadata,
        "reason": text(payload.cancellationReason or payload.rejectionReason),
        "ical_uid": text(payload.iCalUID),
        "team": [text(member.get("email")) for member in (payload.team or {}).get("members") or [] if isinstance(member, dict)],
    }
    if calendar := _calendar(payload.destinationCalendar):
        content["calendar"] = calendar
    if payload.requestReschedule or content["reason"].startswith(PLEASE_MOVE):
        content["asked_to_move"] = True
    if isinstance(visitor, str):
        content["visitor_hash"] = hashlib.sha256(visitor.encode()).hexdigest()
    if payload.attendeeSeatId:
        content["seat_uid"] = payload.attendeeSeatId  # by it a seat is found again when its move was never told
    return content


def _calendar(said: Any) -> dict[str, str]:
    """The host's calendar that received the event; deliveries name none, one or a list, and the first is the host's own."""
    first = said[0] if isinstance(said, list) and said else said
    if not isinstance(first, dict) or not text(first.get("integration")):
        return {}
    name = text(first.get("name")) or text(first.get("primaryEmail")) or text(first.get("externalId"))
    return {"integration": text(first.get("integration")), "name": name}


def _money(payload: _Payload, kind: Kind) -> dict[str, Any]:
    """Amount in minor units; the metadata of BOOKING_PAID are Cal.com's own and no part of the booking."""
    if kind not in {Kind.PAYMENT_DUE, Kind.PAID, Kind.UPDATED}:
        return {}
    money: dict[str, Any] = {"status": text(payload.status)}
    if kind is Kind.PAID:
        money["metadata"] = {}
    if kind is not Kind.UPDATED:
        amount = int(payload.price) if payload.price is not None else None
        money["payment"] = {"id": str(payload.paymentId or ""), "amount": amount, "currency": text(payload.currency).lower()}
    return money


def _seats(payload: _Payload, content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """One content per person: with a seat id the delivery is about the booker's seat, otherwise about everybody listed."""
    if payload.attendeeSeatId and payload.rescheduleUid != payload.uid:
        return {content["booker"]["email"].lower(): content}
    return {person["email"].lower(): {**content, "booker": person, "attendees": [person]} for person in content["attendees"]}


def _person(person: _Person) -> dict[str, Any]:
    language = person.language.get("locale") if isinstance(person.language, dict) else None
    return {"name": _name(person.name), "email": text(person.email), "time_zone": text(person.timeZone), "locale": text(language), "state": "attending"}


def _booker(payload: _Payload, people: list[dict[str, Any]]) -> dict[str, Any]:
    """Who booked: `responses.email`, since guests and co-hosts may stand first among the attendees."""
    answer = (payload.responses or {}).get("email")
    email = text(answer.get("value") if isinstance(answer, dict) else answer)
    listed = next((person for person in people if person["email"].lower() == email.lower()), None)
    if listed or (people and not email):
        return listed or people[0]
    named = (payload.responses or {}).get("name")
    return _person(_Person(name=named.get("value") if isinstance(named, dict) else named or "", email=email))


def _with_booker_first(people: list[dict[str, Any]], booker: dict[str, Any], host: dict[str, Any]) -> list[dict[str, Any]]:
    rest = [person for person in people if person["email"] not in {booker["email"], host["email"]}]
    return ([booker] if booker["email"] else []) + rest


def _answers(responses: Mapping[str, Any]) -> dict[str, Any]:
    return {
        text(slug): {
            "label": text(answer.get("label")),
            "type": type_of(answer["value"]),
            "value": clean(answer["value"]),
            "hidden": bool(answer.get("isHidden")),
        }
        for slug, answer in responses.items()
        if isinstance(answer, dict) and "value" in answer
    }


def type_of(value: object) -> str:
    """Deliveries do not name the type of a question, only its value shows it: numbers arrive as text."""
    kinds = {bool: "boolean", str: "text", list: "choices", dict: "object"}
    return kinds.get(type(value), "number" if isinstance(value, int | float) else "text")


def _meeting_url(payload: _Payload, metadata: Mapping[str, Any]) -> str:
    found = [metadata.get("videoCallUrl"), payload.location, (payload.videoCallData or {}).get("url")]
    return next((url for url in found if isinstance(url, str) and url.startswith(("https://", "http://"))), "")


def _first_uid(payload: _Payload) -> str:
    match = ICAL.fullmatch(payload.iCalUID or "")
    return match[1] if match and match[1] != payload.uid else ""


def _name(value: object) -> str:
    if isinstance(value, dict):
        value = " ".join(text(value.get(part)) for part in ("firstName", "lastName"))
    return line(value)
