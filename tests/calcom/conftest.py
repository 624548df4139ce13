"""A server that misbehaves, and a client with a short patience that talks to it."""

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.calcom import calling
from app.calcom.calling import Caller
from app.calcom.client import Client
from app.calcom.pace import SharedPace
from app.calcom.pace_store import Memory
from app.calcom.transport import Wire
from tests.calcom.misbehaving import Server, misbehaving

KEY = "cal_live_" + "0123456789abcdef" * 2


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving() as server:
        yield server


@pytest.fixture
def wire(server: Server) -> Wire:
    return Wire(server.url, KEY)


@pytest.fixture
def pauses() -> list[float]:
    """How long the client has waited, if it had."""
    return []


@pytest.fixture
def client(wire: Wire, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> Client:
    """A person's client that looks at its pace more often, and for whom a call lasts half a second at most."""
    monkeypatch.setattr(calling, "CALL_SECONDS", 0.5)
    for name in ("PAUSES", "SETTLE_PAUSES"):
        monkeypatch.setattr(calling, name, tuple(pause / 1000 for pause in getattr(calling, name)))
    monkeypatch.setattr(calling, "SHORT_PAUSE", 0.001)

    def nap(seconds: float) -> None:
        pauses.append(seconds)
        time.sleep(min(seconds, 0.01))

    return Client(Caller(wire, SharedPace(Memory(), KEY, sleep=nap)))


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    """`row(uid=…, …)`: a booking as Cal.com answers it."""
    numbers = itertools.count(1)

    def make(**values: Any) -> dict[str, Any]:
        number = next(numbers)
        plain = {
            "id": number,
            "uid": f"uid{number:019}",
            "title": "Intro",
            "description": None,
            "hosts": [{"id": 1, "name": "Hal", "email": "hal@example.com", "username": "hal", "timeZone": "Europe/Rome"}],
            "status": "accepted",
            "start": "2030-01-07T09:00:00.000Z",
            "end": "2030-01-07T09:30:00.000Z",
            "duration": 30,
            "eventTypeId": 5,
            "eventType": {"id": 5, "slug": "intro"},
            "location": "https://example.com/room",
            "absentHost": False,
            "createdAt": "2030-01-01T00:00:00.000Z",
            "updatedAt": "2030-01-02T00:00:00.000Z",
            "metadata": {},
            "attendees": [{"name": "Ada", "email": "ada@example.org", "timeZone": "Asia/Kolkata", "language": "en", "absent": False}],
            "guests": [],
            "bookingFieldsResponses": {"notes": "Hello"},
        }
        return plain | values

    return make
