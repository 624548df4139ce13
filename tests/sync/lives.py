"""Thousands of simulated lives: booked, confirmed, moved, cancelled, joined and left; some of their webhooks get lost or late."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.bookings import queries
from app.bookings.models import Booking as Ours
from app.bookings.models import Status as OurStatus
from app.sandbox.engine import Engine
from app.sandbox.orders import Cancel, Move, NewBooking
from app.sandbox.state import Booking, Person, Status

KINDS = ("intro", "intro", "flexible", "consultation", "paid-session", "group-class")
SHOWN = {Status.ACCEPTED: "confirmed", Status.PENDING: "pending", Status.CANCELLED: "cancelled", Status.REJECTED: "rejected"}


@dataclass
class World:
    """What happens at Cal.com, one thing after the other."""

    engine: Engine
    forward: Callable[..., None]
    random: random.Random
    begin: datetime = field(default_factory=lambda: clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=40))
    _hours: int = 0

    def free(self) -> datetime:
        """A time that nobody has."""
        self._hours += 2
        return self.begin + timedelta(hours=self._hours)

    def live(self, number: int) -> None:
        """One life, from its booking to where it stands."""
        kind = self.random.choice(KINDS)
        person = Person(name=f"Guest {number}", email=f"guest{number}@example.org", time_zone=self.random.choice(["Europe/London", "Asia/Kolkata"]))
        notes = self.random.choice(["", "Please ring twice"])
        friend = Person(name="", email=f"with{number}@example.org", time_zone=person.time_zone)
        guests = (friend,) if self.random.random() < 0.2 and kind != "group-class" else ()
        metadata = {"campaign": f"c{number % 7}"}
        made = self.engine.create(NewBooking(slug=kind, start=self.free(), booker=person, notes=notes, guests=guests, metadata=metadata))[0]
        self._wait()
        if kind == "group-class":
            self._class(made, number)
            return
        if kind == "paid-session" and self.random.random() < 0.8:
            made = self.engine.pay(made.uid)
            self._wait()
        if kind == "consultation":
            act = self.random.random()
            made = self.engine.confirm(made.uid) if act < 0.7 else self.engine.reject(made.uid, reason="Not this week") if act < 0.85 else made
            self._wait()
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            if made.holds_time and not made.payment_due:
                made = self.engine.move(Move(uid=made.uid, start=self.free(), by_host=self.random.random() < 0.5))
                self._wait()
        if made.holds_time and self.random.random() < 0.25:
            self.engine.cancel(Cancel(uid=made.uid, reason="Something came up", by_host=self.random.random() < 0.5))
            self._wait()

    def _class(self, made: Booking, number: int) -> None:
        for place in range(self.random.choice((1, 2, 3))):
            other = Person(name=f"Mate {number} {place}", email=f"mate{number}.{place}@example.org", time_zone="Europe/London")
            self.engine.create(NewBooking(slug="group-class", start=made.start, booker=other))
            self._wait()
        made = self.engine.booking(made.uid)
        act = self.random.random()
        if act < 0.3:
            self.engine.cancel(Cancel(uid=made.uid, seat_id=self.random.choice(made.seats).id, reason="I am ill"))
        elif act < 0.5:
            self.engine.move(Move(uid=made.uid, seat_id=self.random.choice(made.seats).id, start=self.free()))
        elif act < 0.6:
            self.engine.move(Move(uid=made.uid, start=self.free(), by_host=True))
        elif act < 0.7:
            self.engine.cancel(Cancel(uid=made.uid, by_host=True, reason="The room is closed"))
        self._wait()

    def _wait(self) -> None:
        self.forward(seconds=30)


def at_calcom(engine: Engine) -> dict[tuple[str, str], dict[str, Any]]:
    """How every booking stands there that was not moved away, by uid and seat."""
    found = {}
    for row in engine.bookings():
        if row.event_type.seats:
            if row.holds_time:
                found |= {(row.uid, seat.person.email): _told(row, seat.person) for seat in row.seats}
        elif not row.moved:
            found[row.uid, ""] = _told(row, row.booker) | {
                "title": row.title,
                "guests": sorted(guest.email for guest in row.guests),
                "campaign": row.metadata.get("campaign"),
                "notes": row.notes,
                "reason": row.end_reason if row.status is Status.CANCELLED else "",  # the API does not tell why one was rejected
            }
    return found


def here(wanted: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """How our record stands, in the same words; ended seats count only where the other side knows them."""
    found = {}
    for row in queries.everything():
        place = row.addresses[-1]
        key = (place.uid, place.seat)
        if place.seat and row.status == OurStatus.CANCELLED and key not in wanted:
            continue
        found[key] = _ours(row)
        if not place.seat:
            found[key] |= {
                "title": row.title,
                "guests": sorted(person["email"] for person in row.attendees[1:]),
                "campaign": row.details.get("campaign"),
                "notes": row.answers.get("notes", {}).get("value", ""),
                "reason": row.reason if row.status == OurStatus.CANCELLED else "",
            }
    return found


def _told(row: Booking, person: Person) -> dict[str, Any]:
    status = "awaiting_payment" if row.payment_due else SHOWN[row.status]
    paid = row.price > 0 and row.status in {Status.ACCEPTED, Status.PENDING}
    return {
        "status": status, "start": row.start, "end": row.end, "type": row.event_type.slug, "host": row.host.email, "where": row.where.value,
        "name": person.name, "email": person.email, "zone": person.time_zone, "payment": ("due" if row.payment_due else "paid") if paid else "none",
    }  # fmt: skip


def _ours(row: Ours) -> dict[str, Any]:
    holds = row.status in {OurStatus.CONFIRMED, OurStatus.PENDING, OurStatus.AWAITING_PAYMENT}
    return {
        "status": row.status, "start": row.start, "end": row.end, "type": row.event_type, "host": row.host_email, "where": row.location,
        "name": row.booker_name, "email": row.booker_email, "zone": row.booker_time_zone, "payment": row.payment if holds else "none",
    }  # fmt: skip
