"""Reminders: each exactly once at its time, whatever happens to booking, zones and clocks; none that nobody wants."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bookings import queries as bookings
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db, transaction
from app.mail.transport import MemoryTransport
from app.outbox import queries as outbox
from app.timing import step, zone_of
from tests.bookings.reminded import SECRET, STEPS, SWITCHES, ZONES, Life


@pytest.fixture
def one_app(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Flask]:
    """One site for all examples; each begins with empty tables."""
    app = make_app(DATABASE_URL=sqlite_url)
    works = app.extensions["works"]
    works._transport = MemoryTransport()
    works._policy = replace(works.policy, reminders=tuple(step(name) for name in STEPS))
    with app.app_context():
        yield app


MINUTES = st.integers(0, 60 * 48)
HAPPENING = st.one_of(
    st.tuples(st.just("move"), st.integers(-300, 60 * 72)),
    st.tuples(st.just("cancel"), st.just(0)),
    st.tuples(st.just("confirm"), st.just(0)),
    st.tuples(st.just("zone"), st.sampled_from([*ZONES, "Mars/Olympus", "../../etc/passwd"])),
    st.tuples(st.just("wait"), st.integers(-26 * 60, 30 * 60)),
    st.tuples(st.just("again"), st.just(0)),
)
HAPPENINGS = st.lists(HAPPENING, max_size=12)


def happen(life: Life, what: str, how: Any) -> None:
    if what == "move":
        life.move(how)
    elif what in {"cancel", "confirm"}:
        life.confirmed = what == "confirm"
        life.tell("BOOKING_CREATED" if life.confirmed else "BOOKING_CANCELLED")
    elif life.confirmed:
        life.zone = how or life.zone
        life.tell("BOOKING_CREATED")


def pass_to(then: datetime, lives: list[Life]) -> None:
    lives[0].pass_to(then)
    for life in lives[1:]:
        life.look(lives[0].now)


def to_the_end(lives: list[Life]) -> None:
    """Through every moment at which something may be due, to the end of all meetings."""
    for due in sorted({life.due(name) for life in lives for name in STEPS}):
        for moment in (due - timedelta(seconds=1), due, due + timedelta(minutes=1)):
            if moment > lives[0].now:
                pass_to(moment, lives)
    pass_to(max(lives[0].now, *(life.start for life in lives)) + timedelta(hours=1), lives)
    lives[0].check(*lives[1:])
    assert not any(life.planned for life in lives)


def live(app: Flask, moment: Any, day: datetime, minutes: int, zone: str, happenings: list[tuple[str, Any]]) -> None:
    start = day + timedelta(minutes=minutes)
    life = Life(app, moment, start - timedelta(days=3), start, zone)
    for what, how in happenings:
        if what == "wait":
            life.pass_to(life.now + timedelta(minutes=how))
        else:
            happen(life, what, how)
        life.check()
    to_the_end([life])


@given(st.sampled_from(SWITCHES), MINUTES, st.sampled_from(ZONES), HAPPENINGS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_reminder_goes_out_exactly_once_at_its_time_and_no_other_does(
    one_app: Flask, moment: Any, day: datetime, minutes: int, zone: str, happenings: list[tuple[str, Any]]
) -> None:
    live(one_app, moment, day, minutes, zone, happenings)


@pytest.mark.soak
@given(st.sampled_from(SWITCHES), MINUTES, st.sampled_from(ZONES), HAPPENINGS)
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_reminder_goes_out_exactly_once_in_many_lives(
    one_app: Flask, moment: Any, day: datetime, minutes: int, zone: str, happenings: list[tuple[str, Any]]
) -> None:
    live(one_app, moment, day, minutes, zone, happenings)


@given(st.sampled_from(SWITCHES), MINUTES, st.tuples(*[st.sampled_from(ZONES)] * 3), st.lists(st.tuples(st.integers(0, 2), HAPPENING), max_size=10))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_seat_of_a_class_has_reminders_of_its_own(
    one_app: Flask, moment: Any, day: datetime, minutes: int, zones: tuple[str, ...], happenings: list[tuple[int, tuple[str, Any]]]
) -> None:
    """One moves, cancels or travels, the clocks jump, and the others of the class are reminded as before."""
    start, lives = day + timedelta(minutes=minutes), []
    for name, zone in zip(("ada", "bob", "cleo"), zones, strict=True):
        lives.append(Life(one_app, moment, start - timedelta(days=3), start, zone, beside=lives[0] if lives else None, seat=f"{name}@example.org"))
    for who, (what, how) in happenings:
        if what == "wait":
            pass_to(lives[0].now + timedelta(minutes=how), lives)
        else:
            happen(lives[who], what, how)
        for life in lives:
            life.check()
    to_the_end(lives)


@given(st.sampled_from(SWITCHES), MINUTES, st.sampled_from(ZONES), st.integers(15, 60 * 48), st.integers(0, 60 * 80), HAPPENINGS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_rows_that_turn_out_to_be_one_booking_remind_of_the_time_that_counts(
    one_app: Flask, moment: Any, day: datetime, minutes: int, zone: str, later: int, lost_for: int, happenings: list[tuple[str, Any]]
) -> None:
    """The delivery that tells of the move is late: until it is there both times are reminded of, from there on only the new one."""
    start = day + timedelta(minutes=minutes)
    old = Life(one_app, moment, start - timedelta(days=3), start, zone)
    new = Life(one_app, moment, old.now, start + timedelta(minutes=later), zone, beside=old, moved_from=old)
    pass_to(old.now + timedelta(minutes=lost_for), [new, old])
    new.check(old)
    assert len(list(bookings.everything())) == 2
    new.take(new.lost)
    assert len(list(bookings.everything())) == 1
    old.confirmed, old.planned = False, set()
    new.check(old)
    for what, how in happenings:
        if what == "wait":
            pass_to(new.now + timedelta(minutes=abs(how)), [new, old])
        else:
            happen(new, what, how)
        new.check(old)
    to_the_end([new, old])


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda day: day.date().isoformat())
def test_a_day_before_is_the_same_minute_on_the_wall_in_every_zone_around_every_switch(switch: datetime) -> None:
    for name in ZONES:
        zone = ZoneInfo(name)
        for hours in range(-12, 60, 3):
            start = switch + timedelta(hours=hours, minutes=17)
            wall, due = start.astimezone(zone), step("1d").before(start, zone_of(name))
            assert due is not None
            before = due.astimezone(zone)
            wanted = (wall - timedelta(days=1)).replace(fold=0)
            skipped_hour = wanted.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != wanted.replace(tzinfo=None)
            assert skipped_hour or before.replace(tzinfo=None, fold=0) == wanted.replace(tzinfo=None), (name, start)
            assert step("24h").before(start, zone) == start - timedelta(hours=24)


@pytest.mark.parametrize("text", ["", "24", "h", "0h", "-1h", "1.5h", "24 h", "400d", "1w", "24h\n1h"])
def test_a_span_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="30m, 24h or 2d"):
        step(text)


def test_the_end_of_the_calendar_has_no_day_after() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert step("2d").after(last, zone_of("Pacific/Kiritimati")) is None
    assert step("1h").before(datetime(1, 1, 1, tzinfo=UTC), UTC) is None


def kept(app: Flask) -> set[tuple[str, str, str, str]]:
    db.session.rollback()
    return {(row.key, row.state, row.why, row.due_at.isoformat()) for row in outbox.everything() if row.kind.startswith("reminder")}


def test_any_order_of_arrival_leaves_the_same_reminders(one_app: Flask, moment: Any) -> None:
    start = datetime(2027, 3, 28, 9, tzinfo=UTC)
    found = []
    told: list[bytes] = []
    life = Life(one_app, moment, start - timedelta(days=5), start, "Europe/Berlin")
    client = life.client

    def collect(*_: Any, data: bytes, **__: Any) -> Any:
        told.append(data)
        return client.post("/webhooks/calcom", data=data, headers={SIGNATURE_HEADER: sign(SECRET, data)})

    life.client = type("Tap", (), {"post": staticmethod(collect)})()
    life.tell("BOOKING_CREATED")
    for hours in (5, 26):
        life.move(hours * 60)
    for order in itertools.permutations(told):
        with transaction() as session:
            for table in reversed(db.metadata.sorted_tables):
                session.execute(table.delete())
        for raw in order:
            client.post("/webhooks/calcom", data=raw, headers={SIGNATURE_HEADER: sign(SECRET, raw)})
            one_app.extensions["works"].process_inbox()
        found.append(kept(one_app))
    assert len(told) == 3
    assert all(each == found[0] for each in found)
    assert sum(1 for _, state, _, _ in found[0] if state == "planned") == len(STEPS)


def test_a_late_booking_skips_the_reminders_that_are_past_and_says_so(one_app: Flask, moment: Any) -> None:
    start = datetime(2027, 5, 4, 9, tzinfo=UTC)
    life = Life(one_app, moment, start - timedelta(hours=2), start, "Europe/London")
    rows = {row.kind: (row.state, row.why) for row in outbox.everything() if row.kind.startswith("reminder")}
    assert rows["reminder_24h"] == ("cancelled", "late: its time had already passed when this was understood")
    assert rows["reminder_1h"] == ("planned", "")
    life.check()


def test_a_worker_that_was_away_sends_late_but_never_after_the_start(one_app: Flask, moment: Any) -> None:
    start = datetime(2027, 5, 4, 9, tzinfo=UTC)
    life = Life(one_app, moment, start - timedelta(days=9), start, "Europe/London")
    life.pass_to(start - timedelta(minutes=40))
    life.tell("BOOKING_CREATED")
    life.check()
    assert life.sent == {(start, "1h"): start - timedelta(minutes=40)}, "only the one that is nearest to the meeting"
    life.pass_to(start + timedelta(minutes=1))
    rows = {row.kind: (row.state, row.why) for row in outbox.everything() if row.kind.startswith("reminder")}
    assert rows["reminder_30m"] == ("cancelled", "outdated: the meeting has begun")
    assert rows["reminder_24h"] == ("cancelled", "overtaken: reminder_1h is nearer to the meeting and is due as well")
