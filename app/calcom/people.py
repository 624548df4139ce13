"""Whose key it is, teams and organisations.

Self-hosted community editions know no teams and no organisations: those calls raise `NotFound`, which says so.
https://cal.com/docs/api-reference/v2/me/get-my-profile
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.calcom import read_account as read
from app.calcom.account import Me, Member, Team
from app.calcom.calling import Caller
from app.calcom.errors import Refused
from app.calcom.protocol import Call, query, segment

WRITABLE = frozenset({"avatarUrl", "bio", "defaultScheduleId", "name", "timeFormat", "timeZone", "weekStart"})
"""Of a profile. Its user name cannot be written."""


class People:
    """What can be asked about people."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def me(self) -> Me:
        """Whose key this is."""
        return read.me(self._caller.read(Call("read the profile", "GET", "/me")))

    def change_me(self, fields: Mapping[str, Any]) -> Me:
        """The profile with these fields changed, under Cal.com's own names. A new e-mail address waits for its verification."""
        unknown = sorted(set(fields) - WRITABLE)
        if unknown:
            raise Refused(f"Cal.com's API cannot write {', '.join(unknown)} of a profile.", fields=dict.fromkeys(unknown, "cannot be written by the API"))
        return self._caller.write_again(Call("change the profile", "PATCH", "/me", body=dict(fields)), read.me)

    def teams(self) -> tuple[Team, ...]:
        """The teams that the account belongs to."""
        return tuple(read.teams(self._caller.read(Call("list teams", "GET", "/teams"))))

    def memberships(self, team_id: int, *, organisation_id: int | None = None) -> tuple[Member, ...]:
        """The people of a team."""
        above = "" if organisation_id is None else f"/organizations/{segment(organisation_id)}"
        return self._caller.read_all("list the people of a team", f"{above}/teams/{segment(team_id)}/memberships", read.members)

    def organisation_teams(self, organisation_id: int) -> tuple[Team, ...]:
        """The teams of an organisation."""
        return self._caller.read_all("list the teams of an organisation", f"/organizations/{segment(organisation_id)}/teams", read.teams)

    def organisation_users(self, organisation_id: int, *, emails: Sequence[str] = ()) -> tuple[Member, ...]:
        """The people of an organisation, or those with these addresses."""
        where = query(emails=tuple(emails))
        return self._caller.read_all("list the people of an organisation", f"/organizations/{segment(organisation_id)}/users", read.users, where)

    def organisation_memberships(self, organisation_id: int) -> tuple[Member, ...]:
        """Who is what in an organisation."""
        path = f"/organizations/{segment(organisation_id)}/memberships"
        return self._caller.read_all("list the memberships of an organisation", path, read.members)
