"""Event types of teams: who holds them, in turns or together, and what Cal.com does with that of its own accord."""

from collections.abc import Callable
from typing import Any

import pytest

from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import ConfigDesk
from tests.config_as_code.conftest import Watched

Edit = Callable[[Callable[[Any], None]], None]
ROBIN, CASEY = "robin@example.com", "casey@example.com"
KIND = {"slug": "turns", "title": "Turns", "lengthInMinutes": 30, "schedulingType": "roundRobin", "hosts": [{"email": ROBIN}]}


@pytest.fixture
def team(desk: ConfigDesk, edit: Edit) -> Callable[[dict[str, Any]], Any]:
    """`team(kind)`: a team of two with this event type, applied; returns what Cal.com then says of the event type."""
    desk.path.write_text("me: {}\n")
    members = [{"email": ROBIN, "role": "OWNER"}, {"email": CASEY, "role": "ADMIN", "disableImpersonation": True}]

    def set_up(kind: dict[str, Any]) -> Any:
        edit(lambda file: file.update(teams=[{"slug": "acme", "name": "Acme", "timeFormat": 24, "members": members, "eventTypes": [kind]}]))
        people = desk.compare().account.people
        result = desk.apply(desk.compare()) if CASEY in people else _with_casey(desk)
        assert result.complete, (result.refused, result.dropped)
        assert not desk.compare().plan
        (found,) = [each for each in desk.compare().account.objects if each.kind == "team_event_type"]
        return found

    return set_up


def _with_casey(desk: ConfigDesk) -> Any:
    """Nobody whom the account does not know can be named by an address: Casey is in another team with us first."""
    made = desk.client.teams.create({"name": "Other", "slug": "other"})
    desk.client.teams.add(made.id, 2, role="MEMBER")
    return desk.apply(desk.compare(), force=True)


def test_a_round_robin_with_a_host_who_is_always_there(team: Callable[[dict[str, Any]], Any], account: Watched) -> None:
    hosts = [{"email": CASEY, "priority": "high"}, {"email": ROBIN, "mandatory": True}]
    found = team(KIND | {"hosts": hosts, "rescheduleWithSameRoundRobinHost": True})
    assert found.fields["hosts"] == hosts
    assert found.fields["rescheduleWithSameRoundRobinHost"] is True
    everybody = team(KIND | {"assignAllTeamMembers": True, "hosts": [{"email": ROBIN, "mandatory": True}]})
    assert (everybody.fields["assignAllTeamMembers"], everybody.fields["hosts"]) == (True, [{"email": ROBIN, "mandatory": True}])
    assert team(KIND | {"assignAllTeamMembers": True, "hosts": []}).fields["hosts"] == []


def test_together_everybody_is_fixed_and_that_is_no_difference(team: Callable[[dict[str, Any]], Any], account: Watched) -> None:
    found = team(KIND | {"schedulingType": "collective", "hosts": [{"email": ROBIN}, {"email": CASEY}]})
    assert found.fields["hosts"] == [{"email": CASEY}, {"email": ROBIN}]
    raw = account.client.event_types.of_team(found.home.team)[0].raw
    assert all(host["mandatory"] for host in raw["hosts"])


def test_a_managed_one_stays_one_and_that_is_reported(team: Callable[[dict[str, Any]], Any], desk: ConfigDesk, edit: Edit, account: Watched) -> None:
    team(KIND | {"schedulingType": "managed"})
    edit(lambda file: file["teams"][0]["eventTypes"][0].update(schedulingType="collective", title="New"))
    plan = desk.compare().plan
    assert [sorted(change.fields) for change in plan.changes] == [["title"]]
    (report,) = plan.reports
    assert (report.fields, report.why) == (
        {"schedulingType": ("managed", "collective")},
        "a managed event type stays one, and no other becomes one; make it anew under another slug",
    )
    assert desk.apply(desk.compare()).complete
    assert not desk.compare().plan


def test_an_event_type_of_a_team_has_webhooks_of_its_own(team: Callable[[dict[str, Any]], Any], account: Watched, desk: ConfigDesk) -> None:
    team(KIND | {"webhooks": [{"subscriberUrl": "https://a.example/hook", "triggers": ["BOOKING_PAID"]}]})
    (call,) = [call for call in account.writes if "webhooks" in call.path]
    assert "/teams/" in call.path
    desk.path.unlink()
    desk.pull()
    assert "https://a.example/hook" in desk.path.read_text()
    assert not desk.compare().plan


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            {"schedulingType": "collective", "hosts": [{"email": ROBIN, "mandatory": True}]},
            "mandatory and priority belong to the schedulingType roundRobin",
        ),
        ({"assignAllTeamMembers": True}, "hosts: beside assignAllTeamMembers only those stand that are mandatory in a roundRobin"),
        ({"schedulingType": "together"}, "schedulingType must be one of 'collective', 'roundRobin' or 'managed'"),
        (
            {"privateLinks": [{"maxUsageCount": 1}]},
            "privateLinks cannot stand here: Cal.com's API knows them of own event types and",
        ),
        ({"hosts": [{"email": "robin"}]}, "hosts.1.email does not have the form that is needed here"),
    ],
)
def test_a_mistake_is_named(desk: ConfigDesk, edit: Edit, kind: dict[str, Any], words: str) -> None:
    desk.path.write_text("me: {}\n")
    edit(lambda file: file.update(teams=[{"slug": "acme", "name": "Acme", "eventTypes": [KIND | kind]}]))
    with pytest.raises(ConfigError) as refused:
        desk.compare()
    assert words in str(refused.value)
    assert "line " in str(refused.value)


def test_a_team_deleted_by_hand_is_taken_out_of_the_file_with_all_that_is_in_it(team: Callable[[dict[str, Any]], Any], desk: ConfigDesk) -> None:
    found = team(KIND | {"webhooks": [{"subscriberUrl": "https://a.example/hook", "triggers": ["BOOKING_PAID"]}]})
    desk.client.teams.delete(found.home.team)
    assert desk.pull() == [desk.path]
    assert desk.path.read_text() == "me: {}\nteams: []\n"


def test_a_host_whom_nobody_knows_stops_the_apply_in_words(desk: ConfigDesk, edit: Edit) -> None:
    desk.path.write_text("me: {}\n")
    edit(lambda file: file.update(teams=[{"slug": "acme", "name": "Acme", "eventTypes": [KIND | {"hosts": [{"email": "who@example.com"}]}]}]))
    result = desk.apply(desk.compare())
    assert "Nobody with the address who@example.com is known to this account" in result.refused
