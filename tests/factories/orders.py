"""Orders for the simulated Cal.com: what a visitor or host wants, good enough unless a test says otherwise."""

from datetime import datetime
from typing import Any

from app.sandbox.engine import Engine
from app.sandbox.orders import NewBooking
from app.sandbox.state import Person


def person(name: str = "Ada Attendee", email: str = "ada@example.org", *, time_zone: str = "Europe/London", locale: str = "en") -> Person:
    return Person(name=name, email=email, time_zone=time_zone, locale=locale)


def next_free(engine: Engine, slug: str = "intro", *, leaving: str | None = None) -> datetime:
    """The first start that is still free."""
    return engine.free_starts(slug, leaving=leaving)[0][0]


def order(engine: Engine, slug: str = "intro", **values: Any) -> NewBooking:
    """A wish for the next free time."""
    return NewBooking(**({"slug": slug, "start": next_free(engine, slug), "booker": person()} | values))
