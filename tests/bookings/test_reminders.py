"""Reminders: each exactly once at its time, whatever happens to booking, zones and clocks; none that nobody wants."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db, transaction
from app.mail.transport import MemoryTransport
from app.outbox import queries as outbox
from app.timing import step, zone_of

SECRET = "a-secret-for-the-tests"
STEPS = ("2d", "24h", "1d", "1h", "30m")
LENGTH = timedelta(minutes=30)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
SWITCHES = [datetime(2027, month, day, tzinfo=UTC) for month, day in ((3, 14), (3, 28), (4, 4), (9, 26), (10, 3), (10, 31), (11, 7))]
"""Days on which clocks change somewhere."""


class Life:
    """One booking at Cal.com, and the plain model of which reminders should leave the house and when."""

    def __init__(self, app: Flask, moment: Any, now: datetime, start: datetime, zone: str) -> None:
        with transaction() as session:
            for table in reversed(db.metadata.sorted_tables):
                session.execute(table.delete())
        self.app, self.moment, self.client = app, moment, app.test_client()
        self.now, self.start, self.zone, self.confirmed = now, start, zone, True
        self.uid, self.told = 1, 0
        self.planned: set[tuple[datetime, str]] = set()
        self.sent: dict[tuple[datetime, str], datetime] = {}
        self.moment(self.now)
        self.tell("BOOKING_CREATED")

    def tell(self, trigger: str, *, old: int = 0) -> None:
        """Cal.com says something, the site takes it in, and the model follows."""
        self.told += 1
        payload: dict[str, Any] = {
            "uid": f"uid{self.uid:07d}", "title": "Intro", "type": "intro", "startTime": self.start.isoformat(), "endTime": (self.start + LENGTH).isoformat(),
            "organizer": {"name": "Host", "email": "host@example.com", "timeZone": "Europe/London"},
            "attendees": [{"name": "Ada", "email": "ada@example.org", "timeZone": self.zone}],
            "responses": {"email": {"label": "email", "value": "ada@example.org"}}, "iCalUID": "uid0000001@Cal.com",
        }  # fmt: skip
        if old:
            payload["rescheduleUid"] = f"uid{old:07d}"
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.told)
        raw = json.dumps({"triggerEvent": trigger, "createdAt": at.isoformat(), "payload": payload}).encode()
        assert self.client.post("/webhooks/calcom", data=raw, headers={SIGNATURE_HEADER: sign(SECRET, raw)}).status_code == 200
        assert self.app.extensions["works"].process_inbox() == 1
        self.planned = {one for one in self.planned if self.confirmed and one[0] == self.start}
        for name in STEPS if self.confirmed else ():
            if (self.start, name) not in self.sent and self.due(name) > self.now:
                self.planned.add((self.start, name))

    def due(self, name: str) -> datetime:
        """When a reminder is due: hours and minutes as they pass, days by the clock on the wall."""
        amount, unit = int(name[:-1]), name[-1]
        if unit != "d":
            return self.start - timedelta(**{{"h": "hours", "m": "minutes"}[unit]: amount})
        zone = ZoneInfo(self.zone) if self.zone in ZONES else UTC
        local = self.start.astimezone(zone)
        return (datetime.combine(local.date() - timedelta(days=amount), local.time(), tzinfo=zone)).astimezone(UTC)

    def pass_to(self, then: datetime) -> None:
        """The clock shows another time (also an earlier one), and the workers look at the outbox."""
        self.now = self.moment(then)
        self.app.extensions["works"].deliver_outbox()
        due = sorted((one for one in self.planned if self.due(one[1]) <= self.now), key=self.place)
        self.planned -= set(due)
        gone = [one for one in self.sent if one[0] == self.start and self.due(one[1]) <= self.now]
        nearest = due[-1:]  # of several that are due together only the nearest to the meeting goes out
        if nearest and self.now < self.start and not any(self.place(one) > self.place(nearest[0]) for one in gone):
            self.sent[nearest[0]] = self.now

    def place(self, one: tuple[datetime, str]) -> tuple[datetime, int]:
        """How near to the meeting a reminder is."""
        return self.due(one[1]), STEPS.index(one[1])

    def check(self) -> None:
        """The site has sent what the model says, at the time it says, and nothing else."""
        db.session.rollback()
        rows = [row for row in outbox.everything() if row.kind.startswith("reminder")]
        went = [((datetime.fromisoformat(row.data["start"]), row.kind.removeprefix("reminder_")), row.sent_at) for row in rows if row.state == "sent"]
        assert sorted(went) == sorted(self.sent.items())
        assert all(row.why for row in rows if row.state == "cancelled")
        waiting = {(datetime.fromisoformat(row.data["start"]), row.kind.removeprefix("reminder_")): row.due_at for row in rows if row.state == "planned"}
        assert waiting == {one: self.due(one[1]) for one in self.planned}


@pytest.fixture
def one_app(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Flask]:
    """One site for all examples; each begins with empty tables."""
    app = make_app(DATABASE_URL=sqlite_url)
    works = app.extensions["works"]
    works._transport = MemoryTransport()
    works.policy = replace(works.policy, reminders=tuple(step(name) for name in STEPS))
    with app.app_context():
        yield app


MINUTES = st.integers(0, 60 * 48)
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(-300, 60 * 72)),
        st.tuples(st.just("cancel"), st.just(0)),
        st.tuples(st.just("confirm"), st.just(0)),
        st.tuples(st.just("zone"), st.sampled_from([*ZONES, "Mars/Olympus", "../../etc/passwd"])),
        st.tuples(st.just("wait"), st.integers(-26 * 60, 30 * 60)),
        st.tuples(st.just("again"), st.just(0)),
    ),
    max_size=12,
)


def live(app: Flask, moment: Any, day: datetime, minutes: int, zone: str, happenings: list[tuple[str, Any]]) -> None:
    start = day + timedelta(minutes=minutes)
    life = Life(app, moment, start - timedelta(days=3), start, zone)
    for what, how in happenings:
        if what == "wait":
            life.pass_to(life.now + timedelta(minutes=how))
        elif what == "move":
            old, life.uid, life.start, life.confirmed = life.uid, life.uid + 1, life.start + timedelta(minutes=how or 15), True
            life.tell("BOOKING_RESCHEDULED", old=old)
        elif what in {"cancel", "confirm"}:
            life.confirmed = what == "confirm"
            life.tell("BOOKING_CREATED" if life.confirmed else "BOOKING_CANCELLED")
        elif life.confirmed:
            life.zone = how or life.zone
            life.tell("BOOKING_CREATED")
        life.check()
    for due in sorted({life.due(name) for name in STEPS}):
        for moment_ in (due - timedelta(seconds=1), due, due + timedelta(minutes=1)):
            if moment_ > life.now:
                life.pass_to(moment_)
    life.pass_to(max(life.now, life.start) + timedelta(hours=1))
    life.check()
    assert not life.planned


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
        old, life.uid, life.start = life.uid, life.uid + 1, life.start + timedelta(hours=hours)
        life.tell("BOOKING_RESCHEDULED", old=old)
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
