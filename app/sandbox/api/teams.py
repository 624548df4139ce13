"""Teams of the caller, and those of an organisation, with the people in them."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.groups import IN_ORGANISATION, change, enter, membership_of, organisation_of, team_of, told_member
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem
from app.sandbox.desk import desk
from app.sandbox.teams import Team

teams = Blueprint("api_teams", __name__)

_TEAM: dict[str, Property] = {
    "name": Property(body.filled, required=True),
    **{name: Property(body.text) for name in ("slug", "bio", "logoUrl", "bannerUrl", "calVideoLogo", "appLogo", "appIconLogo")},
    **{name: Property(body.text) for name in ("theme", "brandColor", "darkBrandColor", "weekStart")},
    **{name: Property(body.switch) for name in ("isPrivate", "hideBranding", "hideBookATeamMember")},
    "timeZone": Property(body.zone),
    "timeFormat": Property(body.number),
    "metadata": Property(body.mapping),
}
_ALL, _ONE = "/teams", "/teams/<int:team>"
_PEOPLE, _PERSON = f"{_ONE}/memberships", f"{_ONE}/memberships/<int:number>"


@teams.get(_ALL)
@teams.get(IN_ORGANISATION + _ALL)
def list_teams(organisation: int | None = None) -> Response:
    """The caller's teams and organisation, or the teams of an organisation."""
    host, known = require_host(), desk().teams
    if organisation is not None:
        return success([_told(team) for team in known.in_organisation(organisation_of(organisation))])
    own = known.organisation_of(host)
    above = [{"id": own.id, "isOrganization": True, **own.fields}] if own else []
    return success(above + [_told(team) for team in known.of(host)])


@teams.post(_ALL)
@teams.post(IN_ORGANISATION + _ALL)
def create(organisation: int | None = None) -> Response:
    """A further team; here nobody has to pay for it."""
    host, given = require_host(), body.read(_TEAM)
    parent = None if organisation is None else organisation_of(organisation)
    beside = desk().teams.of(host) if parent is None else desk().teams.in_organisation(parent)
    if any(team.parent is parent and team.fields.get("slug") == given.get("slug") for team in beside):
        raise ApiProblem(400, "Team with this slug already exists.")
    fields = {"timeZone": "Europe/London", "weekStart": "Sunday", **given}
    return success(_told(desk().teams.add(fields, host, parent=parent)), status=201)


@teams.get(_ONE)
@teams.get(IN_ORGANISATION + _ONE)
def show(team: int, organisation: int | None = None) -> Response:
    """One team."""
    return success(_told(team_of(team, organisation)))


@teams.patch(_ONE)
@teams.patch(IN_ORGANISATION + _ONE)
def update(team: int, organisation: int | None = None) -> Response:
    """The team after the change."""
    found = team_of(team, organisation)
    found.fields |= body.read(_TEAM, partly=True)
    return success(_told(found))


@teams.delete(_ONE)
@teams.delete(IN_ORGANISATION + _ONE)
def remove(team: int, organisation: int | None = None) -> Response:
    """The team that is no more."""
    found = team_of(team, organisation)
    desk().teams.remove(found)
    return success(_told(found))


@teams.get(_PEOPLE)
@teams.get(IN_ORGANISATION + _PEOPLE)
def members(team: int, organisation: int | None = None) -> Response:
    """Everybody in a team: a list, whatever the published document says."""
    found = team_of(team, organisation)
    return success([told_member(found, one) for one in found.members])


@teams.post(_PEOPLE)
@teams.post(IN_ORGANISATION + _PEOPLE)
def join(team: int, organisation: int | None = None) -> Response:
    """Somebody new in a team."""
    found = team_of(team, organisation)
    return success(told_member(found, enter(found)), status=201)


@teams.patch(_PERSON)
@teams.patch(IN_ORGANISATION + _PERSON)
def change_member(team: int, number: int, organisation: int | None = None) -> Response:
    """Somebody with another role."""
    found = team_of(team, organisation)
    one = membership_of(found, number)
    change(one)
    return success(told_member(found, one))


@teams.delete(_PERSON)
@teams.delete(IN_ORGANISATION + _PERSON)
def leave(team: int, number: int, organisation: int | None = None) -> Response:
    """Somebody less."""
    found = team_of(team, organisation)
    one = membership_of(found, number)
    found.members.remove(one)
    return success(told_member(found, one))


def _told(team: Team) -> dict[str, Any]:
    parent = {"parentId": team.parent.id} if team.parent else {}
    return {"id": team.id, "isOrganization": False, **parent, **team.fields}
