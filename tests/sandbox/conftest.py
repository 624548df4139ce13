import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.sandbox import create_sandbox
from app.sandbox.engine import Engine
from app.sandbox.orders import NewBooking
from app.sandbox.state import Booking, Happening, Person
from tests import calcom_document

MONDAY = datetime(2030, 1, 7, 6, 0, tzinfo=UTC)
SECRET = "a-secret-for-tests"


class Life:
    """An engine together with all that it announced."""

    def __init__(self) -> None:
        self.told: list[Happening] = []
        ticks = itertools.count()
        self.engine = Engine(announce=self.told.append, now=lambda: MONDAY + timedelta(milliseconds=next(ticks)))

    def book(self, slug: str = "intro", *, email: str = "ada@example.org", **more: object) -> Booking:
        start = more.pop("start", None) or self.engine.free_starts(slug)[0][0]
        booker = Person(name="Zoë Ünal", email=email, time_zone="Asia/Kolkata")
        return self.engine.create(NewBooking(slug=slug, start=start, booker=booker, **more))[0]  # type: ignore[arg-type]

    def later(self, slug: str = "intro") -> datetime:
        return self.engine.free_starts(slug)[-1][0]

    def triggers(self) -> list[str]:
        return [one.trigger.value.removeprefix("BOOKING_") for one in self.told]


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def sandbox() -> Iterator[Flask]:
    app = create_sandbox(site_url="http://127.0.0.1:9", webhook_secret=SECRET, own_url="http://sandbox.test", now=lambda: MONDAY)
    app.extensions["sandbox"].courier.send = lambda **_: None
    yield app
    app.extensions["sandbox"].courier.stop()


@pytest.fixture
def client(sandbox: Flask) -> FlaskClient:
    return sandbox.test_client()


VERSIONS = {"/v2/bookings": "2024-08-13", "/v2/event-types": "2024-06-14", "/v2/slots": "2024-09-04", "/v2/schedules": "2024-06-11"}


class Api:
    """Calls the simulated API as a good client does; every good answer has to fit Cal.com's own document, where that is at hand."""

    def __init__(self, app: Flask) -> None:
        self.desk = app.extensions["sandbox"]
        self._client = app.test_client()

    def call(self, method: str, address: str, body: Any = None, *, key: str | None = "cal_live_key", version: str | None = "") -> TestResponse:
        path = address.partition("?")[0]
        usual = VERSIONS["/v2/event-types"] if "/event-types" in path else next((one for start, one in VERSIONS.items() if path.startswith(start)), None)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if version or (version == "" and usual):
            headers["cal-api-version"] = version or str(usual)
        answer = self._client.open(address, method=method, json=body, headers=headers)
        if answer.status_code < 300 and answer.is_json and version == "" and (calcom_document.FIXTURES / "openapi.json").exists():
            assert calcom_document.faults_of_answer(method, path, answer.status_code, answer.json) == []
        return answer

    def later(self, **amount: float) -> None:
        """The simulation's clock stands that much later."""
        now = self.desk.engine.now() + timedelta(**amount)
        self.desk.engine._clock = lambda: now

    def get(self, address: str, **more: Any) -> Any:
        answer = self.call("GET", address, **more)
        assert answer.status_code == 200, answer.text
        return answer.json["data"]

    def post(self, address: str, body: Any = None, **more: Any) -> Any:
        answer = self.call("POST", address, body or {}, **more)
        assert answer.status_code < 300, answer.text
        return answer.json["data"]

    def book(self, kind: int = 101, start: str = "2030-01-07T10:00:00Z", **more: Any) -> Any:
        return self.post("/v2/bookings", wish(kind, start, **more))


def wish(kind: int = 101, start: str = "2030-01-07T10:00:00Z", *, email: str = "ada@example.org", **more: Any) -> dict[str, Any]:
    attendee = {"name": "Ada", "email": email, "timeZone": "Europe/Berlin", "language": "de"}
    return {"eventTypeId": kind, "start": start, "attendee": attendee, **more}


@pytest.fixture
def told() -> list[dict[str, Any]]:
    """What the courier was given, in order."""
    return []


@pytest.fixture
def api(sandbox: Flask, told: list[dict[str, Any]]) -> Api:
    sandbox.extensions["sandbox"].courier.send = lambda **given: told.append(given)
    return Api(sandbox)
