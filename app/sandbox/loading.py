"""Fills the simulation with many bookings at once, for benchmarks and tests of the sync.

`load` lays finished rows down silently: a hundred thousand take seconds, and nobody is told. `live` lets bookings
live through the engine's own acts, so that every step is told to whoever listens. The same seed makes the same lives.
"""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from app.sandbox.catalogue import EventType, Place, PlaceKind
from app.sandbox.engine import Engine
from app.sandbox.orders import Cancel, Move, NewBooking
from app.sandbox.rows import title_for
from app.sandbox.state import Booking, Person, Seat, Status
from app.sandbox.uids import ical_uid_for

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ZONES = ("Europe/London", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo")
_NAMES = ("Ada Moreau", "Björn Åkesson", "Chipo Dube", "Dana Levi", "Emeka Obi", "Farah Aziz", "Giulia Conti", "Hana Mori")
_PAST, _AHEAD = timedelta(days=300), timedelta(days=60)
_HOUR = timedelta(hours=1)
_FREE_SLUGS = ("intro", "intro", "intro", "consultation", "flexible", "group-class", "paid-session")


def load(engine: Engine, number: int, *, seed: int = 1) -> int:
    """Lay down so many rows: plain, moved, cancelled, rejected, waiting, classes with one to four people."""
    maker = _Rows(engine, number, random.Random(seed))  # noqa: S311 -- the same rows again, not a secret
    with engine.lock:
        made = maker.make()
        engine.store.add_many(made)
    return len(made)


class _Rows:
    def __init__(self, engine: Engine, number: int, dice: random.Random) -> None:
        self._engine, self._number, self._dice = engine, number, dice
        self._now = engine.now()
        host = engine.catalogue.first_host()
        kinds = engine.catalogue.event_types(host)
        self._plain = [one for one in kinds if not one.seats and not one.weeks and not one.price and not one.questions]
        self._classes = [one for one in kinds if one.seats]
        self._people = 0

    def make(self) -> list[Booking]:
        made: list[Booking] = []
        while len(made) < self._number:
            created = self._created(len(made))
            lot = self._dice.random()
            if lot < 0.05 and self._classes:
                made.append(self._class(self._dice.choice(self._classes), created))
            elif lot < 0.15 and len(made) + 1 < self._number:
                made.extend(self._moved(self._dice.choice(self._plain), created))
            else:
                made.append(self._single(self._dice.choice(self._plain), created, lot))
        return made

    def _created(self, place: int) -> datetime:
        """Some rows share their moment with the row before: an order by time alone is not complete."""
        if place % 10 == 0:
            place = max(0, place - 1)
        share = place / self._number
        moment = self._now - _PAST + (_PAST - timedelta(minutes=1)) * share
        return moment - timedelta(microseconds=moment.microsecond % 1000)

    def _single(self, kind: EventType, created: datetime, lot: float) -> Booking:
        row = self._row(kind, created)
        if lot < 0.25:
            row.status, row.end_reason, row.cancelled_by = Status.CANCELLED, "No longer needed", row.booker.email
            row.updated_at = min(created + _HOUR, self._now)
        elif kind.confirm_first and lot < 0.4:
            row.status = Status.REJECTED if lot < 0.3 else Status.PENDING
        return row

    def _moved(self, kind: EventType, created: datetime) -> list[Booking]:
        old = self._row(kind, created)
        moment = min(created + _HOUR, self._now)
        new = replace(old, id=next(self._engine.ids), uid=self._uid(), from_uid=old.uid, created_at=moment, updated_at=moment, moved_by=old.booker.email)
        new.start, new.end = old.start + 26 * _HOUR, old.end + 26 * _HOUR
        new.guests, new.seats, new.metadata, new.answers, new.absent = [], [], dict(old.metadata), {}, set()
        old.status, old.to_uid, old.updated_at = Status.CANCELLED, new.uid, moment
        return [old, new]

    def _class(self, kind: EventType, created: datetime) -> Booking:
        row = self._row(kind, created)
        people = [row.booker, *(self._person() for _ in range(self._dice.randrange(kind.seats or 1)))]
        row.seats = [Seat(id=f"{row.id}-{self._uid()}", person=one, ical_uid=ical_uid_for(self._uid())) for one in people]
        return row

    def _row(self, kind: EventType, created: datetime) -> Booking:
        uid, person = self._uid(), self._person()
        start = created.replace(minute=0, second=0, microsecond=0) + timedelta(hours=self._dice.randrange(24, int(_AHEAD / _HOUR)))
        number = next(self._engine.ids)
        return Booking(
            id=number,
            uid=uid,
            event_type=kind,
            title=title_for(kind, person),
            start=start,
            end=start + timedelta(minutes=kind.minutes),
            status=Status.ACCEPTED,
            booker=person,
            ical_uid=ical_uid_for(uid),
            created_at=created,
            updated_at=created,
            confirm_first=kind.confirm_first,
            metadata={"ref": f"R-{number}"},
        )

    def _person(self) -> Person:
        self._people += 1
        return Person(name=self._dice.choice(_NAMES), email=f"guest{self._people}@example.org", time_zone=self._dice.choice(_ZONES))

    def _uid(self) -> str:
        return "".join(self._dice.choices(_BASE58, k=22))


def live(engine: Engine, number: int, *, seed: int = 1) -> int:
    """Let so many bookings live: made, and then moved, cancelled, confirmed, paid, joined or left; returns how many rows came of it.

    They begin tomorrow, or a day after the last booking that there is.
    """
    dice = random.Random(seed)  # noqa: S311 -- the same lives again, not a secret
    taken = engine.store.shelf(engine.catalogue.first_host()).orders["start"]
    first = (max(engine.now(), taken[-1][0] if taken else engine.now()) + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    before = len(engine.store)
    for place in range(number):
        _Life(engine, dice, place, first + place * 4 * _HOUR).go()
    return len(engine.store) - before


class _Life:
    """One booking; four hours belong to it alone, so that no other is in its way."""

    def __init__(self, engine: Engine, dice: random.Random, place: int, start: datetime) -> None:
        self._engine, self._dice, self._place, self._start = engine, dice, place, start

    def go(self) -> None:
        slug = self._dice.choice(_FREE_SLUGS)
        made = self._engine.create(self._order(slug))[0]
        if slug == "group-class":
            self._fill_class(made)
            return
        if slug == "consultation" and self._dice.random() < 0.7:
            made = self._engine.confirm(made.uid) if self._dice.random() < 0.8 else self._engine.reject(made.uid, reason="Fully booked")
        if slug == "paid-session" and self._dice.random() < 0.8:
            made = self._engine.pay(made.uid)
        for step in range(self._dice.choice((0, 0, 0, 1, 1, 2))):
            if made.holds_time and not made.payment_due:
                by_host = self._dice.random() < 0.3
                made = self._engine.move(Move(uid=made.uid, start=self._start + (step + 1) * _HOUR, by_host=by_host, reason="Another time"))
        if made.holds_time and self._dice.random() < 0.15:
            self._engine.cancel(Cancel(uid=made.uid, by_host=self._dice.random() < 0.5, reason="No longer needed"))

    def _fill_class(self, made: Booking) -> None:
        for seat in range(self._dice.randrange(4)):
            made = self._engine.create(self._order("group-class", seat + 1))[0]
        if self._dice.random() < 0.4:
            leaver = self._dice.choice(made.seats)
            made = self._engine.cancel(Cancel(uid=made.uid, seat_id=leaver.id, reason="Ill"))
        if made.seats and self._dice.random() < 0.3:
            mover = self._dice.choice(made.seats)
            self._engine.move(Move(uid=made.uid, start=self._start + 2 * _HOUR, seat_id=mover.id))

    def _order(self, slug: str, seat: int = 0) -> NewBooking:
        name = self._dice.choice(_NAMES)
        person = Person(name=name, email=f"life{self._place}.{seat}@example.org", time_zone=self._dice.choice(_ZONES))
        return NewBooking(slug=slug, start=self._start, booker=person, metadata={"life": str(self._place)})


def change(engine: Engine, number: int, *, dice: random.Random | None = None) -> list[str]:
    """Change so many rows where nothing tells of it: each gets another place; returns their uids."""
    chooser = dice or random.SystemRandom()
    changed = []
    with engine.lock:
        keys = engine.store.shelf(engine.catalogue.first_host()).orders["start"]
        for _ in range(min(number, len(keys))):
            found = engine.store.numbered(chooser.choice(keys)[1])
            place = Place(kind=PlaceKind.IN_PERSON, value=f"Room {chooser.randrange(100, 1000)}")
            changed.append(engine.change_place(found.uid, place).uid)
    return changed
