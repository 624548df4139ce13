"""Random teams and organisations, random edits of them in the file and by hand."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.calcom.account import Home
from app.config_as_code.account import read
from app.config_as_code.apply import Unsafe
from app.config_as_code.desk import ConfigDesk
from app.config_as_code.found import EVERYTHING
from app.config_as_code.kinds import Kind
from app.config_as_code.plan import Action
from app.config_as_code.rewrite import fresh
from tests.config_as_code.conftest import Watched
from tests.config_as_code.random_values import CHANGES, HOOKS, LINKS, WORDS
from tests.config_as_code.test_random import at_hand, is_as_it_was

ROBIN, CASEY = "robin@example.com", "casey@example.com"
SOME = ("description", "hidden", "locations", "bookingFields", "recurrence", "seats", "minimumBookingNotice", "bookingWindow")
COMMON = {name: CHANGES[name] for name in SOME}
PEOPLE = st.lists(st.sampled_from([ROBIN, CASEY]), min_size=1, max_size=2, unique=True)
PRIORITY = st.sampled_from(["lowest", "medium", "highest"])
TOGETHER = st.fixed_dictionaries({"schedulingType": st.just("collective"), "hosts": PEOPLE.map(lambda people: [{"email": one} for one in people])})
TURNS = st.fixed_dictionaries(
    {
        "schedulingType": st.just("roundRobin"),
        "hosts": st.lists(
            st.fixed_dictionaries({"email": st.sampled_from([ROBIN, CASEY]), "mandatory": st.booleans(), "priority": PRIORITY}),
            min_size=1, max_size=2, unique_by=lambda host: host["email"],
        ),
    },
    optional={"rescheduleWithSameRoundRobinHost": st.booleans()},
)  # fmt: skip
ALL = st.fixed_dictionaries(
    {"schedulingType": st.sampled_from(["collective", "roundRobin"]), "assignAllTeamMembers": st.just(True)}, optional={"hosts": st.just([])}
)
FIXED = st.just({"schedulingType": "roundRobin", "assignAllTeamMembers": True, "hosts": [{"email": ROBIN, "mandatory": True}]})
HELD = st.one_of(TOGETHER, TURNS, ALL, FIXED).map(lambda held: {"assignAllTeamMembers": False, **held})
PLAIN = st.fixed_dictionaries({"title": WORDS, "lengthInMinutes": st.integers(1, 240)}, optional=COMMON | {"webhooks": HOOKS})
KINDS = st.dictionaries(st.sampled_from(["alpha", "beta", "no"]), st.tuples(PLAIN, HELD, LINKS), max_size=2)
MEMBERS = st.fixed_dictionaries({"email": st.just(CASEY), "role": st.sampled_from(["MEMBER", "ADMIN"])}, optional={"disableImpersonation": st.booleans()})
FIELDS = st.fixed_dictionaries({"name": WORDS}, optional={"bio": WORDS, "isPrivate": st.booleans()})
TEAM = st.fixed_dictionaries({"fields": FIELDS, "casey": MEMBERS, "kinds": KINDS})
TEAMS = st.dictionaries(st.sampled_from(["red", "blue", "1e3"]), TEAM, max_size=2)
FILE = st.fixed_dictionaries({"own": TEAMS, "company": TEAMS, "hooks": HOOKS, "role": st.sampled_from(["MEMBER", "ADMIN"])})


def rows(teams: dict[str, Any], *, links: bool) -> list[dict[str, Any]]:
    return [
        {
            "slug": slug, **team["fields"], "members": [{"email": ROBIN, "role": "OWNER"}, team["casey"]],
            "eventTypes": [{"slug": kind, **plain, **held, **({"privateLinks": some} if links else {})} for kind, (plain, held, some) in team["kinds"].items()],
        }
        for slug, team in teams.items()
    ]  # fmt: skip


def text(wanted: dict[str, Any]) -> str:
    members = [{"email": ROBIN, "role": "OWNER"}, {"email": CASEY, "role": wanted["role"]}]
    company = {"members": members, "teams": rows(wanted["company"], links=True), "webhooks": wanted["hooks"]}
    return fresh({"teams": rows(wanted["own"], links=False), "organisation": company})


def by_hand(account: Watched, organisation: int) -> None:
    """Somebody adds a member's mark, a webhook, a link and a team, and takes away what comes first."""
    client = account.client
    client.webhooks.create(url="https://hand.example/w", triggers=["BOOKING_PAID"], secret="", home=Home(organisation=organisation))
    client.teams.create({"name": "By hand", "slug": "hand"}, organisation_id=organisation)
    for team in client.people.organisation_teams(organisation):
        for kind in client.event_types.of_team(team.id, organisation_id=organisation)[:1]:
            client.event_types.update(kind.id, {"title": "By hand"}, team_id=team.id, organisation_id=organisation)
            client.private_links.create(Home(organisation=organisation, team=team.id, event_type=kind.id), most_uses=77)
            client.webhooks.create(url="https://hand.example/w", triggers=["BOOKING_PAID"], secret="", home=Home(team=team.id, event_type=kind.id))
        for member in client.people.memberships(team.id, organisation_id=organisation)[1:]:
            client.teams.change(team.id, member.membership_id or 0, role="OWNER", organisation_id=organisation)
    for team in client.people.teams():
        if not team.organisation and team.parent_id is None:
            client.teams.delete(team.id)
            return


def check_step(account: Watched, desk: ConfigDesk) -> None:
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
    assert is_as_it_was(before, account, desk, {Kind.ME, Kind.WEBHOOK, Kind.SCHEDULE, Kind.EVENT_TYPE})


def try_one(first: dict[str, Any], second: dict[str, Any]) -> None:
    with at_hand() as (account, desk):
        robin, casey = account.engine.catalogue.hosts[:2]
        organisation = account.desk.teams.found({"name": "Acme", "slug": "acme"}, robin)
        account.desk.teams.join(organisation, casey, role="MEMBER", accepted=True)
        for wanted in (first, second):
            desk.path.write_text(text(wanted))
            check_step(account, desk)
        desk.path.write_text(text(second).replace("\n  - slug: ", "\n  # about the next one\n  - slug: ") + "# the end\n")
        assert desk.pull() == []
        by_hand(account, organisation.id)
        assert desk.compare().plan.changes
        desk.pull()
        assert not desk.compare().plan
        kept = len(second["own"]) if len(second["own"]) > 1 else 0  # a list that is empty now is written anew
        assert desk.path.read_text().count("# about the next one") == kept
        assert desk.path.read_text().endswith("# the end\n")
        desk.path.unlink()
        desk.pull()
        assert not desk.compare().plan


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(first=FILE, second=FILE)
def test_teams_and_organisations_converge(first: dict[str, Any], second: dict[str, Any]) -> None:
    try_one(first, second)


@pytest.mark.soak
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=FILE, second=FILE)
def test_many_teams_and_organisations_converge(first: dict[str, Any], second: dict[str, Any]) -> None:
    try_one(first, second)
