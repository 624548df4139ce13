"""Random accounts, random edits: one apply is enough, nothing is deleted unasked, nothing is touched that the file does not own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.config_as_code import normal, questions
from app.config_as_code.account import read
from app.config_as_code.apply import Unsafe
from app.config_as_code.desk import ConfigDesk
from app.config_as_code.files import load
from app.config_as_code.found import EVERYTHING
from app.config_as_code.kinds import Kind
from app.config_as_code.plan import Action
from app.config_as_code.rewrite import fresh
from app.config_as_code.send import spelled
from app.config_as_code.surroundings import Surroundings
from tests.config_as_code.conftest import SECRETS, SITE, Watched

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30).map(str.strip).filter(bool)
LINES = st.lists(st.sampled_from(["", "# no comment", "- dash", "a: b", "  indented", "'quoted'", "yes", "trailing", "ümläut 🎈"]), max_size=4).map("\n".join)
SLUGS = st.sampled_from(["alpha", "beta", "gamma", "delta", "no", "1234", "1e3", "null"])
NAMES = st.sampled_from(["Working hours", "Evenings", "Early", "on", "12:30", "# odd"])
CLOCK = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
DAYS = st.lists(st.sampled_from(["Monday", "Tuesday", "Sunday"]), min_size=1, max_size=3, unique=True)
HOURS = st.lists(st.fixed_dictionaries({"days": DAYS, "startTime": CLOCK, "endTime": CLOCK}), max_size=3)
OTHER = st.lists(st.fixed_dictionaries({"date": st.dates().map(str).filter(lambda day: day > "2000"), "startTime": CLOCK, "endTime": CLOCK}), max_size=2)
PLACES = st.lists(
    st.one_of(
        st.just({"type": "link", "link": "https://a.example/x", "public": False}),
        st.just({"type": "address", "address": "12 Main St: back door", "public": True}),
        st.just({"type": "attendeePhone"}),
        st.just({"type": "integration", "integration": "cal-video"}),
    ),
    min_size=1,
    max_size=3,
)
OWN = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "textarea", "number"]), "slug": st.sampled_from(["q1", "q2", "q3"]), "label": WORDS, "required": st.booleans()},
    optional={"placeholder": WORDS, "hidden": st.just(True)},
)
CHOICE = st.just({"type": "select", "slug": "choice", "label": "Which?", "required": False, "options": ["A", "yes", "10"]})
USUAL = st.sampled_from([{"slug": "notes", "hidden": True}, {"slug": "title", "required": True}, {"slug": "name", "label": "Who are you?"}])
QUESTIONS = st.lists(st.one_of(OWN, CHOICE, USUAL), max_size=4, unique_by=lambda row: row["slug"])
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "title": WORDS,
    "description": st.one_of(WORDS, LINES),
    "lengthInMinutes": st.integers(1, 240),
    "hidden": st.booleans(),
    "locations": PLACES,
    "bookingFields": QUESTIONS,
    "minimumBookingNotice": st.integers(0, 5000),
    "beforeEventBuffer": st.integers(0, 90),
    "slotInterval": st.integers(5, 60),
    "bookingLimitsCount": st.one_of(st.none(), st.just({"day": 2, "year": 99})),
    "bookingLimitsDuration": st.one_of(st.none(), st.just({"disabled": True}), st.just({"week": 600})),
    "bookerActiveBookingsLimit": st.one_of(st.none(), st.fixed_dictionaries({"maximumActiveBookings": st.integers(1, 9), "offerReschedule": st.booleans()})),
    "bookingWindow": st.sampled_from(
        [
            None,
            {"type": "businessDays", "value": 9, "rolling": False},
            {"type": "range", "value": ["2030-01-01", "2030-02-01"]},
            {"type": "calendarDays", "value": 3},
        ]
    ),
    "seats": st.one_of(st.none(), st.fixed_dictionaries({"seatsPerTimeSlot": st.integers(1, 9)}, optional={"showAttendeeInfo": st.booleans()})),
    "recurrence": st.one_of(st.none(), st.fixed_dictionaries({"frequency": st.just("weekly"), "interval": st.just(1), "occurrences": st.integers(1, 9)})),
    "confirmationPolicy": st.sampled_from([None, {"type": "always"}, {"type": "time", "noticeThreshold": {"unit": "hours", "count": 3}}]),
    "disableCancelling": st.sampled_from([None, {"disabled": True}, {"disabled": False}]),
    "disableRescheduling": st.sampled_from([None, {"disabled": True}, {"minutesBefore": 60}]),
    "disableGuests": st.booleans(),
    "schedule": st.sampled_from(["Working hours"]),
    "color": st.just({"lightThemeHex": "#112233", "darkThemeHex": "#aabbcc"}),
    "destinationCalendar": st.just({"integration": "google_calendar", "externalId": "robin@example.com"}),
}
EVENT_TYPE = st.fixed_dictionaries(
    {"title": WORDS, "lengthInMinutes": st.integers(1, 240)}, optional={name: CHANGES[name] for name in CHANGES if name not in {"title", "lengthInMinutes"}}
)
EVENT_TYPES = st.dictionaries(SLUGS, EVENT_TYPE, max_size=4)
SCHEDULES = st.dictionaries(NAMES, st.fixed_dictionaries({"availability": HOURS, "overrides": OTHER}), max_size=3)


@contextmanager
def at_hand() -> Iterator[tuple[Watched, ConfigDesk]]:
    account = Watched()
    with TemporaryDirectory() as folder:
        yield account, ConfigDesk(account.client, Path(folder) / "calcom.yaml", Surroundings(SITE, SECRETS), Path(folder))
    assert account.faults == []


def rows_of(types: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"slug": slug, **values} for slug, values in types.items()]


def hours_of(schedules: dict[str, Any]) -> list[dict[str, Any]]:
    needed = {"Working hours": {"availability": [], "overrides": []}} | schedules
    return [{"name": name, "timeZone": "Europe/London", **values} for name, values in needed.items()]


def is_as_it_was(before: Any, account: Watched, desk: ConfigDesk, kinds: set[Kind]) -> bool:
    def shown(found: Any) -> Any:
        return {(each.kind, each.key, each.id): each.fields for each in found.objects if each.kind in kinds}

    return bool(shown(before) == shown(read(account.client, EVERYTHING, desk.around)))


def try_one(first: dict[str, Any], second: dict[str, Any], hours: tuple[dict[str, Any], dict[str, Any]]) -> None:

    with at_hand() as (account, desk):
        for types, schedules in ((first, hours[0]), (second, hours[1])):
            desk.path.write_text(fresh({"schedules": hours_of(schedules), "eventTypes": rows_of(types)}))
            load(desk.path)
            before = read(account.client, EVERYTHING, desk.around)
            account.calls.clear()
            compared = desk.compare()
            if any(change.action == Action.DELETE for change in compared.plan.changes):
                with pytest.raises(Unsafe):
                    desk.apply(compared)
                assert account.writes == []
            result = desk.apply(compared, force=True)
            assert result.complete, (result.refused, result.dropped)
            assert desk.compare().plan.changes == ()
            assert is_as_it_was(before, account, desk, {Kind.ME, Kind.WEBHOOK, Kind.TEAM})
            wanted = {row["slug"]: normal.fields({name: value for name, value in row.items() if name != "slug"}) for row in rows_of(types)}
            there = {each.key: each.fields for each in desk.compare().account.of(Kind.EVENT_TYPE)}
            assert set(there) == set(wanted)
            for slug, fields in wanted.items():
                assert {name: there[slug][name] for name in fields} == fields
        text = desk.path.read_text()
        assert desk.pull() == []
        account.engine.catalogue.first_host().bio = "by hand"
        desk.pull(everything=True)
        assert desk.path.read_text().startswith(text)
        assert not desk.compare().plan
        assert all("a-secret-for-the-tests" not in json.dumps(dict(call.body or {})) for call in account.writes)


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(first=EVENT_TYPES, second=EVENT_TYPES, hours=st.tuples(SCHEDULES, SCHEDULES))
def test_one_apply_is_enough(first: dict[str, Any], second: dict[str, Any], hours: tuple[dict[str, Any], dict[str, Any]]) -> None:
    try_one(first, second, hours)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=EVENT_TYPES, second=EVENT_TYPES, hours=st.tuples(SCHEDULES, SCHEDULES))
def test_one_apply_is_enough_for_many(first: dict[str, Any], second: dict[str, Any], hours: tuple[dict[str, Any], dict[str, Any]]) -> None:
    try_one(first, second, hours)


BY_HAND = st.dictionaries(
    st.sampled_from(["intro", "consultation", "group-class", "flexible", "project-brief"]), st.fixed_dictionaries({}, optional=CHANGES), min_size=1, max_size=3
)


def try_by_hand(edits: dict[str, Any]) -> None:
    with at_hand() as (account, desk):
        desk.pull()
        text = desk.path.read_text()
        before = {each.key: each.fields for each in desk.compare().account.of(Kind.EVENT_TYPE)}
        desk.path.write_text(text.replace("\n  - slug: ", "\n  # about the next one\n  - slug: "))
        numbers = {row.slug: row.id for row in account.client.event_types.mine()}
        for slug, values in edits.items():
            plain = {name: normal.value(name, value) for name, value in values.items() if name not in {"schedule", "lengthInMinutes"}}
            body = {name: questions.body(value) if name == "bookingFields" else spelled(name, value) for name, value in plain.items()}
            account.client.event_types.update(numbers[slug], body)
        after = {each.key: each.fields for each in desk.compare().account.of(Kind.EVENT_TYPE)}
        plan = desk.compare().plan
        named = {(change.key, name) for change in (*plan.changes, *plan.reports) for name in change.fields}
        assert named == {(slug, name) for slug, fields in after.items() for name, value in fields.items() if before[slug][name] != value}
        desk.pull()
        assert not desk.compare().plan
        assert desk.path.read_text().count("# about the next one") == 7


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(edits=BY_HAND)
def test_every_hand_edit_is_named_and_adopted_beside_the_comments(edits: dict[str, Any]) -> None:
    try_by_hand(edits)


@pytest.mark.soak
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=BY_HAND)
def test_every_hand_edit_of_many_is_named_and_adopted(edits: dict[str, Any]) -> None:
    try_by_hand(edits)
