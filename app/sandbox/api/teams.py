"""`/v2/teams`: teams of the caller, the people in them and their event types."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.event_type_body import KEPT, PROPERTIES, changes_in
from app.sandbox.api.event_type_changes import write
from app.sandbox.api.event_type_shape import event_type
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.api.versions import EVENT_TYPES, require
from app.sandbox.catalogue import EventType, Host, Place, PlaceKind
from app.sandbox.desk import desk
from app.sandbox.teams import Membership, Team

teams = Blueprint("api_teams", __name__, url_prefix="/teams")

_TEAM: dict[str, Property] = {
    "name": Property(body.filled, required=True),
    **{name: Property(body.text) for name in ("slug", "bio", "logoUrl", "theme", "brandColor", "darkBrandColor", "weekStart")},
    **{name: Property(body.switch) for name in ("isPrivate", "hideBranding", "hideBookATeamMember")},
    "timeZone": Property(body.zone),
}
_MEMBER = {
    "userId": Property(body.whole, required=True),
    "accepted": Property(body.switch),
    "role": Property(body.one_of("MEMBER", "ADMIN", "OWNER")),
}
_ONLY_TEAMS = {
    "schedulingType": Property(body.one_of("collective", "roundRobin", "managed"), required=True),
    "hosts": Property(body.listed),
    "assignAllTeamMembers": Property(body.switch),
    "rescheduleWithSameRoundRobinHost": Property(body.switch),
    "emailSettings": Property(body.mapping),
}


@teams.get("")
def list_teams() -> Response:
    """The caller's teams."""
    return success([_told(team) for team in desk().teams.of(require_host())])


@teams.post("")
def create() -> Response:
    """A further team; here nobody has to pay for it."""
    host, given = require_host(), body.read(_TEAM)
    if any(team.fields.get("slug") == given.get("slug") for team in desk().teams.of(host)):
        raise ApiProblem(400, "Team with this slug already exists.")
    return success(_told(desk().teams.add({"timeZone": "Europe/London", "weekStart": "Sunday", **given}, host)), status=201)


@teams.get("/<int:team>")
def show(team: int) -> Response:
    """One team."""
    return success(_told(_team(team)))


@teams.patch("/<int:team>")
def change(team: int) -> Response:
    """The team after the change."""
    found = _team(team)
    found.fields |= body.read(_TEAM, partly=True)
    return success(_told(found))


@teams.delete("/<int:team>")
def remove(team: int) -> Response:
    """The team that is no more."""
    found = _team(team)
    desk().teams.remove(found)
    return success(_told(found))


@teams.get("/<int:team>/memberships")
def members(team: int) -> Response:
    """Everybody in a team: a list, whatever the published document says."""
    found = _team(team)
    return success([_member(found, one) for one in found.members])


@teams.post("/<int:team>/memberships")
def join(team: int) -> Response:
    """Somebody new in a team."""
    found, given = _team(team), body.read(_MEMBER)
    host = next((one for one in desk().engine.catalogue.hosts if one.id == given["userId"]), None)
    if host is None:
        raise ApiProblem(404, f"User with ID={given['userId']} not found.")
    made = desk().teams.join(found, host, role=given.get("role", "MEMBER"), accepted=given.get("accepted", False))
    return success(_member(found, made), status=201)


@teams.patch("/<int:team>/memberships/<int:number>")
def change_member(team: int, number: int) -> Response:
    """Somebody with another role."""
    found, given = _team(team), body.read(_MEMBER, partly=True)
    one = _membership(found, number)
    one.role, one.accepted = given.get("role", one.role), given.get("accepted", one.accepted)
    return success(_member(found, one))


@teams.delete("/<int:team>/memberships/<int:number>")
def leave(team: int, number: int) -> Response:
    """Somebody less."""
    found = _team(team)
    one = _membership(found, number)
    found.members.remove(one)
    return success(_member(found, one))


@teams.get("/<int:team>/event-types")
def list_types(team: int) -> Response:
    """What can be booked with a team."""
    require(EVENT_TYPES)
    found = _team(team)
    return success([_type(found, kind) for kind in found.types.values()])


@teams.post("/<int:team>/event-types")
def create_type(team: int) -> Response:
    """Something further that can be booked with a team."""
    require(EVENT_TYPES)
    found, host, given = _team(team), require_host(), body.read(PROPERTIES)
    if any(kind.slug == given["slug"] for kind in found.types.values()):
        raise ApiProblem(400, "Team already has an event type with this slug.")
    usual = Place(kind=PlaceKind.LINK, value=f"https://meet.example.com/team-{found.id}")
    more = _checked(found, body.read(_ONLY_TEAMS))
    made = EventType(id=0, host=host, **{"description": "", "place": usual, **changes_in(given)}, more=body.read(KEPT))
    return success(_type(found, desk().teams.add_type(found, made, more)), status=201)


@teams.get("/<int:team>/event-types/<int:number>")
def show_type(team: int, number: int) -> Response:
    """One thing that can be booked with a team."""
    found = _team(team)
    return success(_type(found, _kind(found, number)))


@teams.patch("/<int:team>/event-types/<int:number>")
def change_type(team: int, number: int) -> Response:
    """The event type after the change."""
    require(EVENT_TYPES)
    found = _team(team)
    kind, more = _kind(found, number), _checked(found, body.read(_ONLY_TEAMS, partly=True))
    write(kind, changes_in(body.read(PROPERTIES, partly=True)), body.read(KEPT, partly=True))
    found.more[number] = found.more[number] | more
    return success(_type(found, kind))


@teams.delete("/<int:team>/event-types/<int:number>")
def remove_type(team: int, number: int) -> Response:
    """The event type that is no more."""
    found = _team(team)
    kind = _kind(found, number)
    del found.types[number]
    return success({"id": kind.id, "title": kind.title})


def _team(number: int) -> Team:
    for team in desk().teams.of(require_host()):
        if team.id == number:
            return team
    raise ApiProblem(404, f"Team with id={number} not found.")


def _membership(team: Team, number: int) -> Membership:
    for one in team.members:
        if one.id == number:
            return one
    raise ApiProblem(404, f"Membership with id={number} not found.")


def _kind(team: Team, number: int) -> EventType:
    if number not in team.types:
        raise ApiProblem(404, f"Event type with id {number} not found")
    return team.types[number]


def _checked(team: Team, more: dict[str, Any]) -> dict[str, Any]:
    if more.get("assignAllTeamMembers") and more.get("hosts"):
        raise ApiProblem(400, "Provide either hosts or assignAllTeamMembers but not both")
    known = {one.host.id for one in team.members}
    if any(not isinstance(host, dict) or host.get("userId") not in known for host in more.get("hosts", ())):
        raise BadBody({"hosts": "Invalid hosts: each user has to be a member of the team"})
    return more


def _told(team: Team) -> dict[str, Any]:
    return {"id": team.id, "isOrganization": False, **team.fields}


def _member(team: Team, one: Membership) -> dict[str, Any]:
    user = {"username": one.host.username, "name": one.host.name, "email": one.host.email}
    return {"id": one.id, "userId": one.host.id, "teamId": team.id, "accepted": one.accepted, "role": one.role, "user": user}


def _type(team: Team, kind: EventType) -> dict[str, Any]:
    told = event_type(kind, web=desk().own_url)
    for name in ("ownerId", "users"):
        del told[name]
    more = team.more[kind.id]
    people = {one.host.id: one.host for one in team.members}
    hosts = [_host(people[host["userId"]], host) for host in more.get("hosts", ()) if host["userId"] in people]
    if more.get("assignAllTeamMembers"):
        hosts = [_host(one.host, {}) for one in team.members]
    fixed = {"bannerUrl": "", "logoUrl": "", "weekStart": "Sunday", "brandColor": "", "darkBrandColor": "", "theme": ""}
    own = {"id": team.id, "name": team.fields["name"], "slug": team.fields.get("slug", ""), **fixed}
    return told | {**more, "teamId": team.id, "hosts": hosts, "team": own}


def _host(host: Host, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "userId": host.id,
        "name": host.name,
        "username": host.username,
        "mandatory": said.get("mandatory", False),
        "priority": said.get("priority", "medium"),
    }
