"""Deliveries as Cal.com would send them, made up from a seed: whole lives of bookings, with repeats."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIRST = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
PERIODS = 20_000


@dataclass(frozen=True)
class Life:
    """One booking: the bodies that tell it, in order, and how it ends."""

    email: str
    bodies: tuple[bytes, ...]
    status: str
    moved: int


def life(number: int, dice: random.Random) -> Life:
    """A booking that is made, perhaps moved once or twice, perhaps cancelled; some facts are told by a second subscription as well."""
    email = f"guest{number}@example.org"
    said = datetime.now(UTC) - timedelta(days=1) + timedelta(seconds=number % 80_000)
    bodies, uid, start = [], _uid(number, 0), _slot(number, 0)
    moves = dice.choices([0, 1, 2], [6, 3, 1])[0]

    def tell(trigger: str, **more: object) -> None:
        nonlocal said
        said += timedelta(seconds=3)
        echoes = range(dice.choices([1, 2], [8, 2])[0])
        bodies.extend(body(trigger, number=number, uid=uid, start=start, said=said + timedelta(milliseconds=echo), **more) for echo in echoes)

    tell("BOOKING_CREATED")
    for move in range(moves):
        old, uid, start = uid, _uid(number, move + 1), _slot(number, move + 1)
        tell("BOOKING_RESCHEDULED", rescheduleUid=old)
    cancelled = dice.random() < 0.2
    if cancelled:
        tell("BOOKING_CANCELLED", cancellationReason="plans changed")
    return Life(email, tuple(bodies), "cancelled" if cancelled else "confirmed", moves)


def body(trigger: str, *, number: int, uid: str, start: datetime, said: datetime, **more: object) -> bytes:
    """One delivery of about 3 kB."""
    email, name = f"guest{number}@example.org", f"Guest {number}"
    payload = {
        "uid": uid, "title": f"Intro between Host and {name}", "type": "intro", "eventTitle": "Intro", "description": "A first talk. " * 20,
        "startTime": start.isoformat().replace("+00:00", "Z"), "endTime": (start + timedelta(minutes=30)).isoformat().replace("+00:00", "Z"),
        "organizer": {"id": 1, "name": "Host", "email": "host@example.com", "timeZone": "Europe/London", "language": {"locale": "en"}},
        "attendees": [{"name": name, "email": email, "timeZone": "Europe/Berlin", "language": {"locale": "de"}}],
        "responses": {
            "name": {"label": "your_name", "value": name, "isHidden": False}, "email": {"label": "email_address", "value": email, "isHidden": False},
            "notes": {"label": "additional_notes", "value": "We would like to talk about everything at length. " * 20, "isHidden": False},
        },
        "location": "integrations:daily", "videoCallData": {"type": "daily_video", "url": "https://video.example.com/room"},
        "iCalUID": f"{_uid(number, 0)}@Cal.com", "seatsPerTimeSlot": None, "metadata": {"source": "bench"}, "status": "ACCEPTED",
        "userFieldsResponses": {}, "destinationCalendar": [], "appsStatus": [{"appName": f"app-{n}", "success": 1, "failures": 0} for n in range(8)],
        **more,
    }  # fmt: skip
    return json.dumps({"triggerEvent": trigger, "createdAt": said.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "payload": payload}).encode()


def creations(count: int, *, first: int = 0) -> Iterator[bytes]:
    """One BOOKING_CREATED for each of so many bookings."""
    for number in range(first, first + count):
        yield body("BOOKING_CREATED", number=number, uid=_uid(number, 0), start=_slot(number, 0), said=datetime.now(UTC))


def _uid(number: int, move: int) -> str:
    return f"Bench{number:07d}m{move}xxxxxxxx"


def _slot(number: int, move: int) -> datetime:
    return FIRST + timedelta(hours=number % PERIODS, days=move)
