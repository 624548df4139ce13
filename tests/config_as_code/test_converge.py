"""From account to file and back: what `pull`, `plan` and `apply` promise."""

from collections.abc import Callable
from typing import Any

import pytest

from app.config_as_code.apply import Unsafe
from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import Busy, ConfigDesk
from app.config_as_code.plan import Action, Plan
from app.jobs.embedded import take_lock
from tests.config_as_code.conftest import Watched

Edit = Callable[[Callable[[Any], None]], None]
Kind = Callable[[Any, str], Any]
EVENING = {"date": "2030-12-24", "startTime": "18:00", "endTime": "19:00"}
NEW = {"slug": "review", "title": "Review", "lengthInMinutes": 20, "locations": [{"type": "attendeePhone"}], "seats": {"seatsPerTimeSlot": 2}}
TEAM = {
    "slug": "acme",
    "name": "Acme",
    "members": [{"email": "robin@example.com", "role": "OWNER"}],
    "eventTypes": [{"slug": "together", "title": "Together", "lengthInMinutes": 30, "schedulingType": "collective", "hosts": [{"email": "robin@example.com"}]}],
}


def actions(plan: Plan) -> list[tuple[str, str, list[str]]]:
    return [(change.action.value, change.key, sorted(change.fields)) for change in plan.changes]


def test_after_pull_there_is_nothing_to_do(desk: ConfigDesk) -> None:
    assert desk.pull() == [desk.path]
    assert not desk.compare().plan
    assert desk.compare().plan.reports == ()
    assert desk.pull() == []


def test_the_file_holds_the_name_of_a_secret_and_never_the_secret(desk: ConfigDesk) -> None:
    desk.pull()
    text = desk.path.read_text()
    assert "secret: CALCOM_WEBHOOK_SECRET" in text
    assert "a-secret-for-the-tests" not in text
    assert "${SITE_URL}/webhooks/calcom" in text


def ten_edits(file: Any, kind: Kind) -> None:
    file["me"]["bio"] = "New"
    file["schedules"][0]["overrides"] = [EVENING]
    file["schedules"][1]["timeZone"] = "Europe/Paris"
    kind(file, "intro")["title"] = "First call"
    kind(file, "consultation")["minimumBookingNotice"] = 600
    kind(file, "paid-session")["bookingWindow"] = {"type": "range", "value": ["2030-01-01", "2030-03-31"]}
    kind(file, "group-class")["seats"]["seatsPerTimeSlot"] = 6
    kind(file, "flexible")["schedule"] = "Evenings"
    kind(file, "project-brief")["bookingFields"][0]["label"] = "Your company"
    file["webhooks"][0]["triggers"] = ["BOOKING_CREATED", "BOOKING_CANCELLED"]


def test_ten_edits_are_ten_changes_and_then_none(desk: ConfigDesk, edit: Edit, kind: Kind) -> None:
    desk.pull()
    edit(lambda file: ten_edits(file, kind))
    compared = desk.compare()
    assert sorted(actions(compared.plan)) == sorted(
        [
            ("update", "me", ["bio"]),
            ("update", "Working hours", ["overrides"]),
            ("update", "Evenings", ["timeZone"]),
            ("update", "intro", ["title"]),
            ("update", "consultation", ["minimumBookingNotice"]),
            ("update", "paid-session", ["bookingWindow"]),
            ("update", "group-class", ["seats"]),
            ("update", "flexible", ["schedule"]),
            ("update", "project-brief", ["bookingFields"]),
            ("update", "http://127.0.0.1:9/webhooks/calcom", ["triggers"]),
        ]
    )
    result = desk.apply(compared, force=True)
    assert (len(result.done), result.complete) == (10, True)
    assert not desk.compare().plan
    assert desk.pull() == []


def test_things_are_made_and_deleted(desk: ConfigDesk, edit: Edit, account: Watched) -> None:
    desk.pull()

    def change(file: Any) -> None:
        file["eventTypes"].append(NEW)
        file["eventTypes"] = [row for row in file["eventTypes"] if row["slug"] != "flexible"]
        file["schedules"].append(
            {"name": "Mornings", "timeZone": "Europe/London", "availability": [{"days": ["Monday"], "startTime": "07:00", "endTime": "09:00"}]}
        )
        file["webhooks"].append({"subscriberUrl": "https://other.example/hook", "triggers": ["BOOKING_PAID"]})

    edit(change)
    compared = desk.compare()
    assert [(change.action, change.key) for change in compared.plan.changes] == [
        (Action.CREATE, "Mornings"), (Action.CREATE, "review"), (Action.CREATE, "https://other.example/hook"), (Action.DELETE, "flexible"),
    ]  # fmt: skip
    with pytest.raises(Unsafe, match="it deletes 1: event type flexible"):
        desk.apply(compared)
    assert account.writes == []
    assert desk.apply(compared, force=True).complete
    assert not desk.compare().plan


def test_teams_with_their_people_and_event_types(desk: ConfigDesk, edit: Edit, account: Watched) -> None:
    desk.pull()
    edit(lambda file: file.update(teams=[TEAM]))
    compared = desk.compare()
    assert [change.key for change in compared.plan.changes] == ["acme", "acme/robin@example.com", "acme/together"]
    assert desk.apply(compared).complete
    assert not desk.compare().plan

    def change(file: Any) -> None:
        team = file["teams"][0]
        team["slug"], team["was"], team["bio"] = "acme-ltd", "acme", "We"
        team["eventTypes"][0]["title"] = "All of us"
        team["eventTypes"].append({"slug": "two", "title": "Two", "lengthInMinutes": 15, "schedulingType": "roundRobin", "assignAllTeamMembers": True})

    edit(change)
    found = actions(desk.compare().plan)
    assert found[:2] == [("update", "acme-ltd", ["bio", "slug"]), ("update", "acme-ltd/together", ["title"])]
    assert [each[:2] for each in found[2:]] == [("create", "acme-ltd/two")]
    assert desk.apply(desk.compare(), force=True).complete
    assert not desk.compare().plan
    edit(lambda file: file["teams"][0].update(eventTypes=[], members=file["teams"][0]["members"]))
    assert [(change.action, change.key) for change in desk.compare().plan.changes] == [
        (Action.DELETE, "acme-ltd/together"), (Action.DELETE, "acme-ltd/two"),
    ]  # fmt: skip
    assert desk.apply(desk.compare(), force=True).complete
    edit(lambda file: file.update(teams=[]))
    assert [change.key for change in desk.compare().plan.changes] == ["acme-ltd"]
    assert desk.apply(desk.compare(), force=True).complete
    assert not desk.compare().plan


def test_teams_are_pulled(desk: ConfigDesk, account: Watched) -> None:
    team = account.client.teams.create({"name": "Acme", "slug": "acme"})
    account.client.event_types.create(
        {"title": "T", "slug": "t", "lengthInMinutes": 15, "schedulingType": "collective", "hosts": [{"userId": 1}]}, team_id=team.id
    )
    desk.pull()
    assert "email: robin@example.com" in desk.path.read_text()
    assert not desk.compare().plan
    account.client.teams.add(team.id, 2, role="ADMIN")
    account.client.event_types.create(
        {"title": "U", "slug": "u", "lengthInMinutes": 15, "schedulingType": "collective", "hosts": [{"userId": 2}]}, team_id=team.id
    )
    assert desk.pull() == [desk.path]
    assert "email: casey@example.com" in desk.path.read_text()
    assert not desk.compare().plan


def test_renaming_is_no_deletion(desk: ConfigDesk, edit: Edit, kind: Kind, account: Watched) -> None:
    desk.pull()
    numbers = {row.slug: row.id for row in account.client.event_types.mine()}

    def change(file: Any) -> None:
        kind(file, "flexible").update(slug="any-length", was="flexible", schedule="Nights")
        file["schedules"][1].update(name="Nights", was="Evenings")

    edit(change)
    compared = desk.compare()
    assert actions(compared.plan) == [("update", "Nights", ["name"]), ("update", "any-length", ["schedule", "slug"])]
    assert desk.apply(compared).complete
    assert not desk.compare().plan
    assert {row.slug: row.id for row in account.client.event_types.mine()}["any-length"] == numbers["flexible"]


def test_a_schedule_is_taken_by_name_only_where_one_has_it(desk: ConfigDesk, edit: Edit, account: Watched) -> None:
    desk.pull()
    made = account.client.schedules.create(name="Evenings", time_zone="Europe/Paris")
    with pytest.raises(ConfigError, match=rf"2 schedules at Cal.com have the name Evenings; write id: 12 or id: {made.id} here"):
        desk.compare()
    edit(lambda file: file["schedules"][1].update(id=12))
    assert [(change.action, change.id) for change in desk.compare().plan.changes] == [(Action.DELETE, made.id)]
    edit(lambda file: file["schedules"].append({"name": "Evenings", "id": made.id, "timeZone": "Europe/Rome"}))
    assert [(change.action, change.id) for change in desk.compare().plan.changes] == [(Action.UPDATE, made.id)]
    desk.path.unlink()
    desk.pull()
    assert not desk.compare().plan
    assert f"id: {made.id}" in desk.path.read_text()


def test_what_the_file_does_not_own_is_not_even_read(desk: ConfigDesk, account: Watched) -> None:
    desk.path.write_text("eventTypes:\n  - slug: intro\n    title: Intro call\n    lengthInMinutes: 45\nunlisted:\n  eventTypes: keep\n")
    compared = desk.compare()
    assert actions(compared.plan) == [("update", "intro", ["lengthInMinutes"])]
    assert desk.apply(compared).complete
    assert {call.path.split("/")[1] for call in account.calls} == {"schedules", "event-types"}
    assert [(call.method, call.path, call.body) for call in account.writes] == [("PATCH", "/event-types/101", {"lengthInMinutes": 45})]


def test_unlisted_things_go_unless_they_are_to_be_kept(desk: ConfigDesk) -> None:
    desk.path.write_text("webhooks: []\n")
    assert [change.action for change in desk.compare().plan.changes] == [Action.DELETE]
    desk.path.write_text("webhooks: []\nunlisted: {webhooks: keep}\n")
    assert not desk.compare().plan


def test_many_changes_need_a_further_word(desk: ConfigDesk, edit: Edit, account: Watched) -> None:
    desk.pull()
    edit(lambda file: [row.update(hidden=True) for row in file["eventTypes"][:3]])
    assert desk.compare().plan.unsafe == ()
    edit(lambda file: [row.update(hidden=True) for row in file["eventTypes"][:4]])
    assert desk.compare().plan.unsafe == ("it touches 4 of 11 objects, more than 30%",)
    with pytest.raises(Unsafe):
        desk.apply(desk.compare())
    assert account.writes == []


def test_what_cal_com_drops_without_a_word_is_found_by_reading_again(desk: ConfigDesk, edit: Edit, kind: Kind, account: Watched) -> None:
    desk.pull()
    account.desk.turn({"api_unknown": "showOptimizedSlots"})
    edit(lambda file: kind(file, "intro").update(showOptimizedSlots=True, title="First"))
    result = desk.apply(desk.compare())
    assert not result.complete
    ((change, missing),) = result.dropped
    assert (change.key, missing) == ("intro", {"showOptimizedSlots": (False, True)})
    assert actions(desk.compare().plan) == [("update", "intro", ["showOptimizedSlots"])]


def test_the_first_refusal_stops_it_and_the_next_apply_goes_on(desk: ConfigDesk, edit: Edit, kind: Kind, account: Watched) -> None:
    desk.pull()
    edit(lambda file: [kind(file, slug).update(title=f"New {slug}") for slug in ("consultation", "flexible", "intro")])
    seen: list[str] = []

    def away(call: Any) -> None:
        if not call.reads:
            seen.append(call.path)
            if len(seen) == 2:
                account.client.event_types.create({"title": "x", "slug": "in-the-way", "lengthInMinutes": 5})

    account.before = away
    edit(lambda file: kind(file, "flexible").update(slug="in-the-way", was="flexible"))
    result = desk.apply(desk.compare())
    assert ([change.key for change in result.done], [change.key for change in result.left]) == (["consultation"], ["in-the-way", "intro"])
    assert "slug" in result.refused
    account.before = lambda _: None
    edit(lambda file: kind(file, "in-the-way").update(slug="flexible"))
    left = desk.compare()
    assert desk.apply(left, force=True).complete
    assert not desk.compare().plan


def test_what_can_only_be_read_is_reported_and_never_written(desk: ConfigDesk, account: Watched) -> None:
    desk.pull()
    account.engine.catalogue.find("intro").price = 500
    plan = desk.compare().plan
    assert plan.changes == ()
    (report,) = plan.reports
    assert (report.key, report.fields["price"]) == ("intro", (500, 0))
    desk.pull()
    assert desk.compare().plan.reports == ()


def test_what_cannot_be_emptied_is_reported(desk: ConfigDesk, account: Watched) -> None:
    desk.pull()
    account.client.event_types.update(101, {"slotInterval": 15})
    plan = desk.compare().plan
    assert plan.changes == ()
    assert plan.reports[0].fields == {"slotInterval": (15, None)}


def test_another_secret_at_cal_com_is_a_difference_without_any_value(desk: ConfigDesk, account: Watched) -> None:
    desk.pull()
    (hook,) = account.client.webhooks.all()
    account.client.webhooks.update(hook.id, secret="something else")
    (change,) = desk.compare().plan.changes
    assert change.fields == {"secret": ("a secret that no setting holds", "CALCOM_WEBHOOK_SECRET")}
    assert desk.apply(desk.compare()).complete
    assert account.client.webhooks.all()[0].secret == "a-secret-for-the-tests"


def test_the_way_back_leads_back(desk: ConfigDesk, edit: Edit, kind: Kind) -> None:
    desk.pull()
    edit(lambda file: ten_edits(file, kind))
    edit(lambda file: kind(file, "flexible").pop("schedule"))  # once set, no API can take it away
    edit(lambda file: file["eventTypes"].pop())
    before = desk.compare().account
    assert desk.apply(desk.compare(), force=True).complete
    (way_back,) = (desk.instance / "calcom-rollback").glob("*.yaml")
    there = ConfigDesk(desk.client, way_back, desk.around, desk.instance)
    assert there.apply(there.compare(), force=True).complete
    after = there.compare().account
    assert {(each.kind, each.key): each.fields for each in after.objects} == {(each.kind, each.key): each.fields for each in before.objects}


def test_two_at_once_do_not_happen(desk: ConfigDesk) -> None:
    desk.pull()
    lock = take_lock(desk.instance / "calcom-config.lock")
    assert lock is not None
    with pytest.raises(Busy):
        desk.pull()
    lock.close()
    assert desk.pull() == []
