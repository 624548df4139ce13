"""The organisation of the account: its people, teams, event types and webhooks; and the many accounts that are in none."""

from collections.abc import Callable
from typing import Any

import pytest

from app.calcom.account import Home
from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import ConfigDesk
from app.config_as_code.plan import Action
from tests.config_as_code.conftest import Watched

Edit = Callable[[Callable[[Any], None]], None]
ROBIN, CASEY = "robin@example.com", "casey@example.com"
KIND = {
    "slug": "turns", "title": "Turns", "lengthInMinutes": 30, "schedulingType": "roundRobin", "hosts": [{"email": CASEY}],
    "emailSettings": {"disableEmailsToHosts": True}, "privateLinks": [{"maxUsageCount": 5}],
}  # fmt: skip
TEAM = {
    "slug": "sales", "name": "Sales", "bannerUrl": "https://a.example/b.png",
    "members": [{"email": ROBIN, "role": "OWNER", "accepted": True}, {"email": CASEY, "accepted": True}], "eventTypes": [KIND],
}  # fmt: skip
HOOK = {"subscriberUrl": "${SITE_URL}/webhooks/calcom", "triggers": ["BOOKING_CREATED"], "secret": "CALCOM_WEBHOOK_SECRET"}


@pytest.fixture
def organisation(account: Watched) -> int:
    """Robin leads it, and Casey is in it."""
    first, second = account.engine.catalogue.hosts[:2]
    made = account.desk.teams.found({"name": "Acme", "slug": "acme"}, first)
    account.desk.teams.join(made, second, role="MEMBER", accepted=True)
    return made.id


def test_everything_in_it_is_made_changed_and_deleted(desk: ConfigDesk, edit: Edit, account: Watched, organisation: int) -> None:
    desk.pull()
    assert "organisation:\n  members:\n    - email: robin@example.com" in desk.path.read_text()
    assert not desk.compare().plan
    edit(lambda file: file["organisation"].update(teams=[TEAM], webhooks=[HOOK]))
    assert [change.key for change in desk.compare().plan.changes] == [
        "organisation/sales",
        f"organisation/sales/{CASEY}",
        f"organisation/sales/{ROBIN}",
        "organisation/sales/turns",
        "organisation/http://127.0.0.1:9/webhooks/calcom",
        "organisation/sales/turns/5 uses",
    ]
    result = desk.apply(desk.compare())
    assert result.complete, (result.refused, result.dropped)
    assert not desk.compare().plan
    assert all(call.path.startswith(f"/organizations/{organisation}/") for call in account.writes)
    (team,) = account.client.people.organisation_teams(organisation)
    (kind,) = account.client.event_types.of_team(team.id, organisation_id=organisation)
    assert [link.most_uses for link in account.client.private_links.all(Home(organisation=organisation, team=team.id, event_type=kind.id))] == [5]

    def change(file: Any) -> None:
        block = file["organisation"]
        block["teams"][0].update(slug="selling", was="sales", name="Selling")
        block["teams"][0]["eventTypes"][0]["title"] = "In turns"
        block["members"][1]["role"] = "ADMIN"
        block["webhooks"][0]["active"] = False

    edit(change)
    assert [(change.key, sorted(change.fields)) for change in desk.compare().plan.changes] == [
        ("organisation/selling", ["name", "slug"]),
        (f"organisation/{CASEY}", ["role"]),
        ("organisation/selling/turns", ["title"]),
        ("organisation/http://127.0.0.1:9/webhooks/calcom", ["active"]),
    ]
    assert desk.apply(desk.compare(), force=True).complete
    assert not desk.compare().plan
    edit(lambda file: file["organisation"].update(teams=[], webhooks=[]))
    assert [(change.action, change.key) for change in desk.compare().plan.changes] == [
        (Action.DELETE, "organisation/http://127.0.0.1:9/webhooks/calcom"),
        (Action.DELETE, "organisation/selling"),
    ]
    assert desk.apply(desk.compare(), force=True).complete
    assert not desk.compare().plan
    (_, way_back, _) = sorted((desk.instance / "calcom-rollback").glob("*.yaml"))[-3:]
    assert "organisation:" in way_back.read_text()


def test_what_is_made_by_hand_is_pulled_beside_the_comments(desk: ConfigDesk, account: Watched, organisation: int) -> None:
    desk.pull()
    desk.path.write_text(desk.path.read_text().replace("organisation:\n", "organisation: # ours\n"))
    team = account.client.teams.create({"name": "Sales", "slug": "sales"}, organisation_id=organisation)
    body = {"title": "T", "slug": "t", "lengthInMinutes": 15, "schedulingType": "collective", "hosts": [{"userId": 1}]}
    made = account.client.event_types.create(body, team_id=team.id, organisation_id=organisation)
    assert len(desk.compare().plan.changes) == 1
    assert desk.pull() == [desk.path]
    assert not desk.compare().plan
    account.client.private_links.create(Home(organisation=organisation, team=team.id, event_type=made.id), most_uses=2)
    account.client.webhooks.create(url="https://a.example/w", triggers=["BOOKING_PAID"], secret="", home=Home(organisation=organisation))
    assert desk.pull() == [desk.path]
    text = desk.path.read_text()
    assert "organisation: # ours\n" in text
    assert "maxUsageCount: 2" in text
    assert "https://a.example/w" in text
    assert "teams:\n  - slug" not in text.split("organisation:")[0]
    assert not desk.compare().plan
    assert desk.pull() == []


def test_an_account_without_one_is_quiet(desk: ConfigDesk, account: Watched) -> None:
    desk.pull(everything=True)
    assert "organisation" not in desk.path.read_text()
    desk.path.write_text("organisation: {}\n")
    assert not desk.compare().plan
    desk.path.write_text("organisation:\n  members: []\n  teams: []\n")
    assert not desk.compare().plan
    desk.path.write_text("organisation:\n  teams:\n    - slug: sales\n      name: Sales\n")
    with pytest.raises(ConfigError, match=r"line 3: organisation/sales asks for an organisation, and this account is in none at Cal\.com"):
        desk.compare()


def test_who_does_not_lead_it_sees_the_teams_they_are_in_and_nothing_else(desk: ConfigDesk, account: Watched) -> None:
    first, second = account.engine.catalogue.hosts[:2]
    made = account.desk.teams.found({"name": "Acme", "slug": "acme"}, second)
    account.desk.teams.join(made, first, role="MEMBER", accepted=True)
    team = account.desk.teams.add({"name": "Sales", "slug": "sales"}, second, parent=made)
    account.desk.teams.join(team, first, role="ADMIN", accepted=True)
    desk.pull()
    text = desk.path.read_text()
    assert "organisation:" not in text
    assert "teams:\n  - slug: sales\n" in text
    assert not desk.compare().plan
    desk.path.write_text("organisation:\n  members:\n    - email: casey@example.com\n")
    result = desk.apply(desk.compare())
    assert not result.complete
    assert result.refused


def test_an_installation_that_knows_no_teams_is_quiet(desk: ConfigDesk, account: Watched) -> None:
    account.desk.turn({"api_next": ""})
    account.gone = ("/teams", "/organizations", "/calendars", "private-links")
    desk.pull(everything=True)
    text = desk.path.read_text()
    assert "teams:" not in text
    assert "privateLinks" not in text
    assert not desk.compare().plan


def test_somebody_enters_the_organisation_before_the_team(desk: ConfigDesk, edit: Edit, account: Watched) -> None:
    first = account.engine.catalogue.first_host()
    account.desk.teams.found({"name": "Acme", "slug": "acme"}, first)
    other = account.client.teams.create({"name": "Other", "slug": "other"})
    account.client.teams.add(other.id, 2, role="MEMBER")
    desk.pull()
    edit(lambda file: file["organisation"].update(members=[*file["organisation"]["members"], {"email": CASEY}], teams=[TEAM]))
    result = desk.apply(desk.compare())
    assert result.complete, (result.refused, result.dropped)
    assert not desk.compare().plan
