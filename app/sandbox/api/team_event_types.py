"""What can be booked with a team of the caller's, or with one of an organisation."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.event_type_body import KEPT, PROPERTIES, changes_in
from app.sandbox.api.event_type_changes import write
from app.sandbox.api.event_type_shape import event_type
from app.sandbox.api.groups import IN_ORGANISATION, team_of, type_of
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.api.versions import EVENT_TYPES, require
from app.sandbox.catalogue import EventType, Host, Place, PlaceKind
from app.sandbox.desk import desk
from app.sandbox.teams import Team

team_event_types = Blueprint("api_team_event_types", __name__)

_ALL, _ONE = "/teams/<int:team>/event-types", "/teams/<int:team>/event-types/<int:number>"
_ONLY_TEAMS = {
    "hosts": Property(body.listed),
    "assignAllTeamMembers": Property(body.switch),
    "rescheduleWithSameRoundRobinHost": Property(body.switch),
    "emailSettings": Property(body.mapping),
}
_MADE = {"schedulingType": Property(body.one_of("collective", "roundRobin", "managed"), required=True), **_ONLY_TEAMS}
_CHANGED = {"schedulingType": Property(body.one_of("collective", "roundRobin")), **_ONLY_TEAMS}


@team_event_types.get(_ALL)
@team_event_types.get(IN_ORGANISATION + _ALL)
def list_types(team: int, organisation: int | None = None) -> Response:
    """What can be booked with a team."""
    require(EVENT_TYPES)
    found = team_of(team, organisation)
    return success([_told(found, kind) for kind in found.types.values()])


@team_event_types.post(_ALL)
@team_event_types.post(IN_ORGANISATION + _ALL)
def create(team: int, organisation: int | None = None) -> Response:
    """Something further that can be booked with a team."""
    require(EVENT_TYPES)
    found, host, given = team_of(team, organisation), require_host(), body.read(PROPERTIES)
    if any(kind.slug == given["slug"] for kind in found.types.values()):
        raise ApiProblem(400, "Team already has an event type with this slug.")
    usual = Place(kind=PlaceKind.LINK, value=f"https://meet.example.com/team-{found.id}")
    more = body.read(_MADE)
    more = _checked(found, more, more)
    made = EventType(id=0, host=host, **{"description": "", "place": usual, **changes_in(given)}, more=body.read(KEPT))
    return success(_told(found, desk().teams.add_type(found, made, more)), status=201)


@team_event_types.get(_ONE)
@team_event_types.get(IN_ORGANISATION + _ONE)
def show(team: int, number: int, organisation: int | None = None) -> Response:
    """One thing that can be booked with a team."""
    found = team_of(team, organisation)
    return success(_told(found, type_of(found, number)))


@team_event_types.patch(_ONE)
@team_event_types.patch(IN_ORGANISATION + _ONE)
def change(team: int, number: int, organisation: int | None = None) -> Response:
    """The event type after the change; a managed one stays managed, and no other becomes one."""
    require(EVENT_TYPES)
    found = team_of(team, organisation)
    kind, more = type_of(found, number), body.read(_CHANGED, partly=True)
    if found.more[number]["schedulingType"] == "managed" and "schedulingType" in more:
        raise ApiProblem(400, "A managed event type cannot get another scheduling type.")
    after = _checked(found, found.more[number] | ({"assignAllTeamMembers": False} if more.get("hosts") else {}) | more, more)
    write(kind, changes_in(body.read(PROPERTIES, partly=True)), body.read(KEPT, partly=True))
    found.more[number] = after
    return success(_told(found, kind))


@team_event_types.delete(_ONE)
@team_event_types.delete(IN_ORGANISATION + _ONE)
def remove(team: int, number: int, organisation: int | None = None) -> Response:
    """The event type that is no more."""
    found = team_of(team, organisation)
    kind = type_of(found, number)
    del found.types[number]
    return success({"id": kind.id, "title": kind.title})


def _checked(team: Team, more: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What only teams have, once it fits together: hosts beside all members are fixed ones of a round robin only."""
    known, hosts = {one.host.id for one in team.members}, more.get("hosts", ())
    if any(not isinstance(host, dict) or host.get("userId") not in known for host in hosts):
        raise BadBody({"hosts": "Invalid hosts: each user has to be a member of the team"})
    if more.get("assignAllTeamMembers"):
        turns = more["schedulingType"] == "roundRobin"
        if any(not (turns and host.get("mandatory") is True) for host in said.get("hosts", ())):
            raise ApiProblem(400, "Provide either hosts or assignAllTeamMembers but not both")
        if turns:
            return more | {"hosts": [host for host in hosts if host.get("mandatory") is True]}
        return more | {"hosts": []}
    return more


def _told(team: Team, kind: EventType) -> dict[str, Any]:
    told = event_type(kind, web=desk().own_url)
    for name in ("ownerId", "users"):
        del told[name]
    more = team.more[kind.id]
    people = {one.host.id: one.host for one in team.members}
    named = {host["userId"]: host for host in more.get("hosts", ()) if host["userId"] in people}
    listed = people if more.get("assignAllTeamMembers") else named
    hosts = [_host(people[number], named.get(number, {}), everybody=more["schedulingType"] == "collective") for number in listed]
    fixed = {"bannerUrl": "", "logoUrl": "", "weekStart": "Sunday", "brandColor": "", "darkBrandColor": "", "theme": ""}
    own = {"id": team.id, "name": team.fields["name"], "slug": team.fields.get("slug", ""), **fixed}
    return told | {**more, "teamId": team.id, "hosts": hosts, "team": own}


def _host(host: Host, said: dict[str, Any], *, everybody: bool) -> dict[str, Any]:
    """Where everybody comes together, each host counts as fixed and none before another, whatever was written."""
    return {
        "userId": host.id,
        "name": host.name,
        "username": host.username,
        "mandatory": everybody or said.get("mandatory", False),
        "priority": "medium" if everybody else said.get("priority", "medium"),
    }
