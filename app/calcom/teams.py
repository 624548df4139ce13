"""Teams and organisations, and who is in them. Self-hosted community editions know neither: those calls raise `NotFound`.

https://cal.com/docs/api-reference/v2/teams/get-teams
"""

from collections.abc import Mapping
from typing import Any

from app.calcom import read_account as read
from app.calcom.account import Member, Team
from app.calcom.calling import Caller, Lost
from app.calcom.errors import Refused, Unsure
from app.calcom.protocol import Call, filled, segment

WRITABLE = frozenset(
    {
        "appIconLogo",
        "appLogo",
        "bannerUrl",
        "bio",
        "brandColor",
        "calVideoLogo",
        "darkBrandColor",
        "hideBookATeamMember",
        "hideBranding",
        "isPrivate",
        "logoUrl",
        "name",
        "slug",
        "theme",
        "timeFormat",
        "timeZone",
        "weekStart",
    }
)
"""Limits of a team's bookings can be written as well, but are never read back, so nobody could tell whether they were kept. Among the
metadata Cal.com keeps what it needs itself."""


class Teams:
    """What can be done with teams; they are listed by `people`. With `organisation_id` they are those of that organisation."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(self, fields: Mapping[str, Any], *, organisation_id: int | None = None) -> Team:
        """A new team from Cal.com's own fields. Raises `Refused` when Cal.com wants to be paid first."""
        _require_writable(fields)
        root = f"{_organisation(organisation_id)}/teams"
        try:
            return self._caller.write(Call("make a team", "POST", root, body=dict(fields)), read.team)
        except Lost as lost:
            list_teams = Call("list teams", "GET", root)
            known = self._caller.settle(lost, lambda: tuple(row for row in read.teams(self._caller.read(list_teams)) if row.slug == fields.get("slug")))
            if known:
                return known[0]
            raise Unsure("Cal.com gave no proper answer when asked to make a team; whether it did is not known yet.", status=lost.status) from None

    def update(self, team_id: int, fields: Mapping[str, Any], *, organisation_id: int | None = None) -> Team:
        """The team with these fields changed."""
        _require_writable(fields)
        return self._caller.write_again(Call("change a team", "PATCH", _path(team_id, organisation_id), body=dict(fields)), read.team)

    def delete(self, team_id: int, *, organisation_id: int | None = None) -> None:
        """Removes a team with its event types; one that is gone already raises `NotFound`."""
        self._caller.delete(Call("delete a team", "DELETE", _path(team_id, organisation_id)))

    def add(
        self,
        team_id: int | None,
        user_id: int,
        *,
        role: str,
        accepted: bool | None = None,
        no_impersonation: bool | None = None,
        organisation_id: int | None = None,
    ) -> Member:
        """Somebody new in a team, or in the organisation itself when no team is named."""
        body = {"userId": user_id, **filled(role=role, accepted=accepted, disableImpersonation=no_impersonation)}
        return self._caller.write_again(Call("add somebody to a team", "POST", f"{_path(team_id, organisation_id)}/memberships", body=body), read.member)

    def change(
        self,
        team_id: int | None,
        membership_id: int,
        *,
        role: str | None = None,
        accepted: bool | None = None,
        no_impersonation: bool | None = None,
        organisation_id: int | None = None,
    ) -> Member:
        """Somebody of a team, or of the organisation, with another role."""
        path = f"{_path(team_id, organisation_id)}/memberships/{segment(membership_id)}"
        body = filled(role=role, accepted=accepted, disableImpersonation=no_impersonation)
        return self._caller.write_again(Call("change somebody's role in a team", "PATCH", path, body=body), read.member)

    def remove(self, team_id: int | None, membership_id: int, *, organisation_id: int | None = None) -> None:
        """Takes somebody out of a team, or out of the organisation."""
        path = f"{_path(team_id, organisation_id)}/memberships/{segment(membership_id)}"
        self._caller.delete(Call("take somebody out of a team", "DELETE", path))


def _organisation(organisation_id: int | None) -> str:
    return "" if organisation_id is None else f"/organizations/{segment(organisation_id)}"


def _path(team_id: int | None, organisation_id: int | None) -> str:
    return _organisation(organisation_id) + ("" if team_id is None else f"/teams/{segment(team_id)}")


def _require_writable(fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(fields) - WRITABLE)
    if unknown:
        raise Refused(f"Cal.com's API cannot write {', '.join(unknown)} of a team.", fields=dict.fromkeys(unknown, "cannot be written by the API"))
