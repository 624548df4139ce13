import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.sandbox import create_sandbox
from app.sandbox.engine import Engine
from app.sandbox.orders import NewBooking
from app.sandbox.state import Booking, Happening, Person

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
