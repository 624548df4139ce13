"""Random accounts, random edits: one apply is enough, nothing is deleted unasked, nothing is touched that the file does not own."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.calcom.account import ACCOUNT, Home
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
from tests.config_as_code.random_values import CHANGES, EVENT_TYPES, LISTS, SCHEDULES


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


def lists_are_as_wanted(account: Watched, types: dict[str, Any]) -> None:
    for row in account.client.event_types.mine():
        home, wanted = Home(event_type=row.id), types[row.slug]
        if "webhooks" in wanted:
            hooks = {hook.url: list(hook.triggers) for hook in account.client.webhooks.all(home)}
            assert hooks == {each["subscriberUrl"].replace("${SITE_URL}", SITE): each["triggers"] for each in wanted["webhooks"]}
        if "privateLinks" in wanted:
            links = [link.expires_at or link.most_uses for link in account.client.private_links.all(home)]
            said = [datetime.fromisoformat(each["expiresAt"]) if "expiresAt" in each else each["maxUsageCount"] for each in wanted["privateLinks"]]
            assert Counter(links) == Counter(said)


def is_as_it_was(before: Any, account: Watched, desk: ConfigDesk, kinds: set[Kind]) -> bool:
    def shown(found: Any) -> Any:
        return {(each.kind, each.key, each.id): each.fields for each in found.objects if each.kind in kinds and each.home == ACCOUNT}

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
            wanted = {row["slug"]: normal.fields({name: value for name, value in row.items() if name not in {"slug", *LISTS}}) for row in rows_of(types)}
            there = {each.key: each.fields for each in desk.compare().account.of(Kind.EVENT_TYPE)}
            assert set(there) == set(wanted)
            for slug, fields in wanted.items():
                assert {name: there[slug][name] for name in fields} == fields
            lists_are_as_wanted(account, types)
        text = desk.path.read_text()
        assert desk.pull() == []
        account.engine.catalogue.first_host().bio = "by hand"
        desk.pull(everything=True)
        assert desk.path.read_text().startswith(text)
        assert not desk.compare().plan
        assert all("a-secret-for-the-tests" not in json.dumps({**(call.body or {}), "secret": ""}) for call in account.writes)


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
