"""What a guest's calendar ends with: nothing or one entry at the right time, in whatever order the mails arrive.

Two independent parsers (icalendar, and ical.js run by node) drive the same small model of a calendar program.
"""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from app.bookings import queries
from app.sandbox.engine import Engine
from app.sandbox.orders import Cancel, Move
from tests import ical_js
from tests.factories.orders import next_free, order, person

MODEL = Path(__file__).with_name("client_model.mjs")


def by_icalendar(files: tuple[str, ...]) -> list[list[str]]:
    """The entries that a calendar has after these files, read by icalendar."""
    seen: dict[str, tuple[int, bool, list[str]]] = {}
    for file in files:
        calendar = Calendar.from_ical(file)
        (event,) = calendar.walk("VEVENT")
        uid, sequence = str(event["uid"]), int(event["sequence"])
        if uid not in seen or seen[uid][0] < sequence:
            times = [event[name].dt.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") for name in ("dtstart", "dtend")]
            seen[uid] = (sequence, str(calendar["method"]) == "CANCEL", times)
    return [times for _, gone, times in seen.values() if not gone]


def by_ical_js(orders: list[tuple[str, ...]]) -> list[list[list[str]]]:
    """The same for many orders at once, read by ical.js."""
    found: list[list[list[str]]] = ical_js.run(MODEL, orders)
    return found


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.fixture
def life(app: Flask, calcom: Engine, mails: Any, work: Callable[[], None]) -> Callable[..., list[str]]:
    """`life("move", "move", "cancel")`: the calendar files that Ada gets while her booking lives so."""

    def live(*happenings: str, slug: str = "intro", zone: str = "Europe/Berlin") -> list[str]:
        (made,) = calcom.create(order(calcom, slug, booker=person(time_zone=zone)))
        uid = made.uid
        work()
        for happening in happenings:
            if happening == "move":
                uid = calcom.move(Move(uid=uid, start=next_free(calcom, slug))).uid
            else:
                calcom.cancel(Cancel(uid=uid))
            work()
        parts = [mail.calendar for mail in mails.sent if mail.to == "ada@example.org" and mail.calendar]
        for part in parts:
            assert f"METHOD:{part.method}" in part.content.decode()
        return [part.content.decode() for part in parts]

    return live


LIVES = [(), ("move",), ("move", "move"), ("cancel",), ("move", "cancel"), ("move", "move", "cancel")]


@pytest.mark.parametrize("happenings", LIVES, ids=lambda each: "-".join(("book", *each)))
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"])
def test_a_calendar_ends_with_at_most_one_entry_at_the_right_time_in_any_order(happenings: tuple[str, ...], zone: str, life: Callable[..., list[str]]) -> None:
    files = life(*happenings, zone=zone)
    assert len(files) == 1 + len(happenings)
    (booking,) = queries.everything()
    wanted = [] if "cancel" in happenings else [[stamp(booking.start), stamp(booking.end)]]
    orders = [(*each, each[0]) for each in itertools.permutations(files)]
    assert all(by_icalendar(each) == wanted for each in orders)
    assert all(found == wanted for found in by_ical_js(orders))


CLASSES: list[tuple[tuple[str, str], ...]] = [
    (),
    (("move", "ada"),),
    (("cancel", "ada"),),
    (("move", "ada"), ("cancel", "ada")),
    (("cancel", "bob"), ("move", "ada")),
    (("move", "ada"), ("move", "bob")),
]


@pytest.mark.parametrize("happenings", CLASSES, ids=lambda each: "-".join(("book", *(" ".join(one) for one in each))))
def test_each_seat_of_a_class_has_an_entry_of_its_own_in_any_order(
    happenings: tuple[tuple[str, str], ...], calcom: Engine, mails: Any, work: Callable[[], None]
) -> None:
    start = next_free(calcom, "group-class")
    for name in ("ada", "bob"):
        made = calcom.create(order(calcom, "group-class", start=start, booker=person(name.title(), f"{name}@example.org")))[0]
        work()
    at = {seat.person.email: (made.uid, seat.id) for seat in made.seats}
    for what, name in happenings:
        uid, seat = at[f"{name}@example.org"]
        if what == "move":
            later = next(free for free, _ in calcom.free_starts("group-class") if free > start)
            at[f"{name}@example.org"] = (calcom.move(Move(uid=uid, start=later, seat_id=seat)).uid, seat)
        else:
            calcom.cancel(Cancel(uid=uid, seat_id=seat))
        work()
    rows = {booking.booker_email: booking for booking in queries.everything()}
    assert len({booking.ical_uid for booking in rows.values()}) == 2, "a seat's entry must not touch its neighbour's"
    for email, booking in rows.items():
        files = tuple(mail.calendar.content.decode() for mail in mails.sent if mail.to == email and mail.calendar)
        mine = [what for what, name in happenings if email.startswith(name)]
        assert len(files) == 1 + len(mine)
        wanted = [] if "cancel" in mine else [[stamp(booking.start), stamp(booking.end)]]
        assert ("cancel" in mine) == (booking.status == "cancelled")
        orders = [(*each, each[0]) for each in itertools.permutations(files)]
        assert all(by_icalendar(each) == wanted for each in orders)
        assert all(found == wanted for found in by_ical_js(orders))


def test_all_files_of_a_life_agree_on_uid_and_people_and_their_sequence_rises(life: Callable[..., list[str]]) -> None:
    events = [Calendar.from_ical(file).walk("VEVENT")[0] for file in life("move", "move", "cancel")]
    (booking,) = queries.everything()
    assert {str(event["uid"]) for event in events} == {booking.ical_uid} == {f"{booking.uids[0]}@Cal.com"}
    sequences = [int(event["sequence"]) for event in events]
    assert sequences == sorted(set(sequences))
    assert {str(event["organizer"]) for event in events} == {"mailto:hello@example.com"}
    assert {str(event["attendee"]) for event in events} == {"mailto:ada@example.org"}
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_the_download_behind_the_signed_link_is_the_same_entry_with_the_same_organiser(life: Callable[..., list[str]], app: Flask, client: Any) -> None:
    (invitation,) = life()
    (booking,) = queries.everything()
    links = app.extensions["works"]._links_for
    with app.test_request_context():
        message = type("Row", (), {"kind": "confirmation", "recipient": booking.booker_email, "data": {}})()
        url = links(booking, message).calendar_url.removeprefix("http://localhost")
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    mine, theirs = (Calendar.from_ical(text).walk("VEVENT")[0] for text in (answer.text, invitation))
    for name in ("uid", "sequence", "dtstart", "dtend", "organizer"):
        assert mine[name] == theirs[name], name
    assert client.get(url.partition("?")[0]).status_code == 404
