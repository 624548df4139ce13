"""Finds what a path names: a team of the caller's, a team of an organisation that the caller leads, the organisation itself."""

from typing import Any

from app.sandbox.api import body
from app.sandbox.api.body import Property
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem
from app.sandbox.catalogue import EventType
from app.sandbox.desk import desk
from app.sandbox.teams import Membership, Organisation, Team

IN_ORGANISATION = "/organizations/<int:organisation>"
MEMBER = {
    "userId": Property(body.whole, required=True),
    "accepted": Property(body.switch),
    "role": Property(body.one_of("MEMBER", "ADMIN", "OWNER")),
    "disableImpersonation": Property(body.switch),
}


def organisation_of(number: int) -> Organisation:
    """The organisation with this number; who does not lead it may not even know whether there is one."""
    host = require_host()
    found = desk().teams.organisation_of(host)
    if found is None or found.id != number or not found.led_by(host):
        raise ApiProblem(403, f"IsOrgGuard - user with id={host.id} is not an admin of organization with id={number}.")
    return found


def team_of(number: int, organisation: int | None = None) -> Team:
    """The team with this number, among those that the path allows."""
    known = desk().teams.of(require_host()) if organisation is None else desk().teams.in_organisation(organisation_of(organisation))
    for team in known:
        if team.id == number:
            return team
    raise ApiProblem(404, f"Team with id={number} not found.")


def type_of(team: Team, number: int) -> EventType:
    """Something that can be booked with a team."""
    if number not in team.types:
        raise ApiProblem(404, f"Event type with id {number} not found")
    return team.types[number]


def enter(group: Team | Organisation) -> Membership:
    """Somebody new in a team or an organisation, as the body says."""
    given = body.read(MEMBER)
    host = next((one for one in desk().engine.catalogue.hosts if one.id == given["userId"]), None)
    if host is None:
        raise ApiProblem(404, f"User with ID={given['userId']} not found.")
    if isinstance(group, Team) and group.parent is not None and not any(one.host is host for one in group.parent.members):
        raise ApiProblem(404, f"User with id={host.id} is not part of the organization with id={group.parent.id}")
    made = desk().teams.join(group, host, role=given.get("role", "MEMBER"), accepted=given.get("accepted", False))
    made.no_impersonation = given.get("disableImpersonation", False)
    return made


def membership_of(group: Team | Organisation, number: int) -> Membership:
    """The membership with this number."""
    for one in group.members:
        if one.id == number:
            return one
    raise ApiProblem(404, f"Membership with id={number} not found.")


def change(one: Membership) -> None:
    """A membership changed as the body says."""
    given = body.read(MEMBER, partly=True)
    one.role, one.accepted = given.get("role", one.role), given.get("accepted", one.accepted)
    one.no_impersonation = given.get("disableImpersonation", one.no_impersonation)


def told_member(group: Team | Organisation, one: Membership) -> dict[str, Any]:
    """A membership as the API tells it."""
    user = {"username": one.host.username, "name": one.host.name, "email": one.host.email}
    told = {"id": one.id, "userId": one.host.id, "teamId": group.id, "accepted": one.accepted, "role": one.role, "user": user}
    return told | {"disableImpersonation": one.no_impersonation} | ({} if isinstance(group, Team) else {"attributes": []})
