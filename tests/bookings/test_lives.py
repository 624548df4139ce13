"""Lives captured from a real Cal.com end here as its own database says they did."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from app.bookings import queries
from app.bookings.fold import fold
from app.bookings.models import Booking
from app.sync.translate import KINDS, facts_of

Deliver = Callable[..., Any]
Captured = Callable[[int], dict[str, Any]]

LIVES = {
    202: (200, 201, 202),
    220: (217, 218, 219, 220),
    223: (221, 222, 223),
    232: (230, 231, 232),
    239: (236, 237, 238, 239),
    297: (293, 294, 295, 296, 297),
    340: (335, 336, 337, 338, 339, 340),
    380: (376, 377, 378, 379, 380),
    404: (398, 399, 400, 401, 402, 403, 404),
    414: (412, 413, 414),
    426: (420, 421, 422, 423, 424, 425, 426),
}
WORDS = {"accepted": "confirmed", "pending": "pending", "cancelled": "cancelled", "rejected": "rejected"}
ENTRY = re.compile(r"(\w{21,22}) (\w+)( \(moved away\))? (\d{4}-\d\d-\d\dT\d\d:\d\d)Z host (\S+) attendees \[(.*?)\]")


@dataclass(frozen=True)
class End:
    """What Cal.com's database said of one uid at the end."""

    uid: str
    status: str
    moved_away: bool
    start: str
    host: str


def end_state(note: str) -> list[End]:
    return [End(uid, WORDS[status], bool(moved), start, host) for uid, status, moved, start, host, _ in ENTRY.findall(note.partition("END STATE")[2])]


def rows() -> list[Booking]:
    return list(queries.everything())


def told(bookings: list[Booking]) -> list[tuple[Any, ...]]:
    """What the stored rows say, in a comparable form."""
    return sorted((row.uids, row.status, row.moved, row.start, [person["email"] for person in row.attendees], row.details) for row in bookings)  # fmt: skip


def folded(bodies: list[str]) -> list[tuple[Any, ...]]:
    """What the pure fold makes of the same deliveries in the order of their arrival."""
    read = [json.loads(body) for body in bodies if body.startswith("{")]
    facts = [fact for body in read if body.get("triggerEvent") in KINDS for fact in facts_of(body)]
    return sorted(
        (
            [address.uid for address in booking.addresses],
            booking.status,
            booking.moved,
            datetime.fromisoformat(booking.values["start"]),
            [person["email"] for person in booking.values["attendees"]],
            booking.metadata,
        )
        for booking in fold(facts)
    )


@pytest.mark.parametrize("last", LIVES)
@pytest.mark.parametrize("seed", range(3))
def test_a_life_ends_as_it_did_at_cal_com(last: int, seed: int, deliver: Deliver, captured: Captured) -> None:
    order = list(LIVES[last]) * (1 if seed == 0 else 2)
    if seed:
        random.Random(seed).shuffle(order)
    for number in order:
        deliver(number)
    live_or_ended = {row.uids[-1]: row for row in rows()}
    for end in end_state(captured(last)["note"]):
        if end.moved_away and end.status != "confirmed":
            assert any(end.uid in row.uids[:-1] for row in rows())
            continue
        row = live_or_ended[end.uid]
        assert (row.status, row.start.strftime("%Y-%m-%dT%H:%M"), row.host_email) == (end.status, end.start, end.host)


@pytest.mark.parametrize("seed", range(4))
def test_every_captured_delivery_in_any_order_gives_the_same_record(seed: int, deliver: Deliver, captured: Captured, captured_numbers: list[int]) -> None:
    order = captured_numbers * 2
    random.Random(seed).shuffle(order)
    for number in order:
        deliver(number)
    assert told(rows()) == folded([captured(number)["body"] for number in captured_numbers])


def test_moves_of_one_booking_in_any_order_are_one_booking_with_four_uids(deliver: Deliver) -> None:
    for number in (13, 11, 3, 10):
        deliver(number)
    (row,) = rows()
    assert row.status == "cancelled"
    assert len(row.uids) == 4
    assert row.moved >= 2


def test_seats_stand_alone(deliver: Deliver) -> None:
    for number in (34, 32, 31):
        deliver(number)
    assert {row.booker_email: row.status for row in rows()} == {"one@example.org": "cancelled", "two@example.org": "confirmed"}
    deliver(33)
    moved = next(row for row in rows() if row.booker_email == "two@example.org")
    assert (len(moved.uids), moved.status) == (2, "confirmed")
    deliver(35)
    assert {row.status for row in rows()} == {"cancelled"}
