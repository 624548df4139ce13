"""Lists inside event types: their own webhooks, and private links."""

from collections.abc import Callable
from typing import Any

import pytest

from app.calcom.account import Home
from app.config_as_code.apply import Unsafe
from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import ConfigDesk
from app.config_as_code.drift import differences
from tests.config_as_code.conftest import Watched

Edit = Callable[[Callable[[Any], None]], None]
KindOf = Callable[[Any, str], Any]
INTRO = Home(event_type=101)
HOOK = {"subscriberUrl": "${SITE_URL}/webhooks/calcom/intro", "triggers": ["BOOKING_CREATED"], "secret": "CALCOM_WEBHOOK_SECRET"}
TWICE = "subscriberUrl: https://a.example/hook\n        triggers: [BOOKING_PAID]\n"
UNTIL = {"expiresAt": "2031-01-01T12:00:00+01:00"}


def actions(desk: ConfigDesk) -> list[tuple[str, str, list[str]]]:
    return [(change.action.value, change.key, sorted(change.fields)) for change in desk.compare().plan.changes]


def test_a_new_file_owns_the_lists_of_every_event_type_and_names_only_what_is_in_them(desk: ConfigDesk, account: Watched) -> None:
    account.client.webhooks.create(url="https://a.example/hook", triggers=["BOOKING_PAID"], secret="", home=INTRO)
    account.client.private_links.create(INTRO, most_uses=3)
    desk.pull()
    text = desk.path.read_text()
    assert text.count("webhooks: []\n") == text.count("privateLinks: []\n") == 1
    assert text.count("https://a.example/hook") == text.count("maxUsageCount: 3") == 1
    assert not desk.compare().plan
    (link,) = account.client.private_links.all(INTRO)
    assert link.id[:6] in text
    assert link.id not in text


def test_of_very_many_event_types_only_those_own_them_that_have_some(desk: ConfigDesk, account: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.config_as_code.rows.FEW", 2)
    account.client.webhooks.create(url="https://a.example/hook", triggers=["BOOKING_PAID"], secret="", home=INTRO)
    desk.pull()
    text = desk.path.read_text()
    assert "webhooks: []" not in text
    assert "privateLinks: []" not in text
    assert text.count("https://a.example/hook") == 1
    account.calls.clear()
    assert not desk.compare().plan
    inner = [call.path for call in account.calls if call.path.endswith(("/webhooks", "/private-links")) and "event-types/" in call.path]
    assert inner == ["/event-types/101/webhooks"]
    account.client.webhooks.delete(account.client.webhooks.all(INTRO)[0].id, INTRO)
    assert [change.action.value for change in desk.compare().plan.changes] == ["create"]


def test_they_are_made_changed_and_deleted(desk: ConfigDesk, edit: Edit, kind: KindOf, account: Watched) -> None:
    desk.pull()
    edit(lambda file: kind(file, "intro").update(webhooks=[HOOK], privateLinks=[{"maxUsageCount": 2}, dict(UNTIL), {"maxUsageCount": 2}]))
    assert [each[:2] for each in actions(desk)] == [
        ("create", "intro/http://127.0.0.1:9/webhooks/calcom/intro"),
        ("create", "intro/2 uses"),
        ("create", "intro/2 uses"),
        ("create", "intro/until 2031-01-01T11:00:00Z"),
    ]
    assert desk.apply(desk.compare()).complete
    assert not desk.compare().plan
    (hook,) = account.client.webhooks.all(INTRO)
    assert hook.secret == "a-secret-for-the-tests"
    links = account.client.private_links.all(INTRO)
    assert sorted(str(link.most_uses) for link in links) == ["2", "2", "None"]
    timed = next(link for link in links if link.expires_at)

    def change(file: Any) -> None:
        intro = kind(file, "intro")
        intro["webhooks"][0]["active"] = False
        intro["privateLinks"][1] = {"link": timed.id[:6], "maxUsageCount": 9}

    edit(change)
    assert actions(desk) == [
        ("update", "intro/http://127.0.0.1:9/webhooks/calcom/intro", ["active"]),
        ("update", f"intro/{timed.id[:6]}", ["expiresAt", "maxUsageCount"]),
    ]
    assert desk.apply(desk.compare()).complete
    assert not desk.compare().plan
    edit(lambda file: kind(file, "intro").update(webhooks=[], privateLinks=[]))
    plan = desk.compare().plan
    assert [change.action.value for change in plan.changes] == ["delete"] * 4
    assert all(link.id not in str(plan) for link in links)
    with pytest.raises(Unsafe):
        desk.apply(desk.compare())
    assert desk.apply(desk.compare(), force=True).complete
    assert account.client.private_links.all(INTRO) == account.client.webhooks.all(INTRO) == ()


def test_pull_adds_them_where_they_belong_and_keeps_the_comments(desk: ConfigDesk, account: Watched) -> None:
    desk.pull()
    text = desk.path.read_text().replace("\n  - slug: intro\n", "\n  - slug: intro # the first\n")
    desk.path.write_text(text)
    made = account.client.webhooks.create(url="http://127.0.0.1:9/w", triggers=["BOOKING_PAID"], secret="other", home=INTRO)
    link = account.client.private_links.create(INTRO, most_uses=3)
    assert [row.says for row in differences(desk.compare().plan)] == ["is at Cal.com and not in the file"] * 2
    assert desk.pull() == [desk.path]
    pulled = desk.path.read_text()
    assert "slug: intro # the first\n" in pulled
    assert "    webhooks:\n      - subscriberUrl: ${SITE_URL}/w\n" in pulled
    assert f"    privateLinks:\n      - link: {link.id[:6]}\n" in pulled.replace('"', "")
    assert not desk.compare().plan
    account.client.webhooks.delete(made.id, INTRO)
    account.client.private_links.update(INTRO, link.id, most_uses=4)
    desk.pull()
    assert desk.path.read_text() == pulled.replace("maxUsageCount: 3", "maxUsageCount: 4").replace(
        pulled[pulled.index("    webhooks:\n") : pulled.index("    privateLinks:\n")], "    webhooks: []\n"
    )
    assert not desk.compare().plan


def test_who_names_none_owns_none_and_nothing_is_asked(desk: ConfigDesk, account: Watched) -> None:
    account.client.webhooks.create(url="https://a.example/hook", triggers=["BOOKING_PAID"], secret="", home=INTRO)
    desk.path.write_text("eventTypes:\n  - slug: intro\n    title: Intro\n    lengthInMinutes: 30\nunlisted:\n  eventTypes: keep\n")
    account.calls.clear()
    assert [each[:2] for each in actions(desk)] == [("update", "intro")]
    assert not [call for call in account.calls if "webhooks" in call.path or "links" in call.path]
    desk.path.write_text(desk.path.read_text().replace("lengthInMinutes: 30\n", "lengthInMinutes: 30\n    webhooks: []\n"))
    assert [each[:2] for each in actions(desk)] == [("update", "intro"), ("delete", "intro/https://a.example/hook")]
    assert len([call for call in account.calls if "webhooks" in call.path]) == 1


def test_the_same_address_twice_at_one_event_type_is_told_apart_by_number(desk: ConfigDesk, account: Watched) -> None:
    for _ in range(2):
        account.client.webhooks.create(url="https://a.example/hook", triggers=["BOOKING_PAID"], secret="", home=INTRO)
    desk.pull()
    numbers = [hook.id for hook in account.client.webhooks.all(INTRO)]
    text = desk.path.read_text()
    assert all(f"id: {number}" in text.replace('"', "") for number in numbers)
    assert not desk.compare().plan
    desk.path.write_text(f"eventTypes:\n  - slug: intro\n    title: Intro\n    lengthInMinutes: 30\n    webhooks:\n      - {TWICE}")
    with pytest.raises(ConfigError, match=r"2 webhooks at Cal\.com have the name https://a\.example/hook; write id: "):
        desk.compare()


def test_what_goes_with_an_event_type_comes_back_with_it(desk: ConfigDesk, account: Watched) -> None:
    account.client.webhooks.create(url="https://a.example/hook", triggers=["BOOKING_PAID"], secret="", home=INTRO)
    desk.path.write_text("eventTypes: []\n")
    assert desk.apply(desk.compare(), force=True).complete
    assert account.client.event_types.mine() == ()
    (way_back,) = (desk.instance / "calcom-rollback").glob("*.yaml")
    there = ConfigDesk(desk.client, way_back, desk.around, desk.instance)
    assert there.apply(there.compare()).complete
    assert not there.compare().plan
    (intro,) = [row for row in account.client.event_types.mine() if row.slug == "intro"]
    assert [hook.url for hook in account.client.webhooks.all(Home(event_type=intro.id))] == ["https://a.example/hook"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("privateLinks:\n      - link: abcdef\n", "line 5: eventTypes.1.privateLinks.1 needs either expiresAt or maxUsageCount"),
        ("privateLinks:\n      - maxUsageCount: 2\n        expiresAt: 2031-01-01T10:00:00Z\n", "needs either expiresAt or maxUsageCount"),
        ("privateLinks:\n      - expiresAt: tomorrow\n", "line 5: eventTypes.1.privateLinks.1.expiresAt must be a moment with its zone"),
        ("privateLinks:\n      - expiresAt: 2031-01-01T10:00:00\n", "must be a moment with its zone"),
        ("privateLinks:\n      - maxUsage: 2\n", "line 5: eventTypes.1.privateLinks.1.maxUsage is not a known key (did you mean maxUsageCount?)"),
        (
            "webhooks:\n      - subscriberUrl: https://a.example\n        triggers: [BOOKING_MADE]\n",
            "line 6: eventTypes.1.webhooks.1.triggers.1 must be one of",
        ),
        ("webhooks:\n      - subscriberUrl: https://a.example\n", "line 5: eventTypes.1.webhooks.1.triggers is missing"),
    ],
)
def test_a_mistake_is_named_by_line_and_key(desk: ConfigDesk, said: str, words: str) -> None:
    desk.path.write_text(f"eventTypes:\n  - slug: intro\n    lengthInMinutes: 30\n    {said}    title: Intro\n")
    with pytest.raises(ConfigError) as refused:
        desk.compare()
    assert words in str(refused.value)


def test_the_defaults_may_only_say_that_there_are_none(desk: ConfigDesk) -> None:
    desk.path.write_text("eventTypeDefaults:\n  privateLinks:\n    - maxUsageCount: 1\n")
    with pytest.raises(ConfigError, match=r"line 2: eventTypeDefaults.privateLinks may only be \[\] here"):
        desk.compare()
