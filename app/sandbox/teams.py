"""Teams and organisations of the simulated account: who is in them, what can be booked with them. They are kept and read back; nobody books them here."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.catalogue import EventType, Host


@dataclass(kw_only=True, eq=False)
class Membership:
    """Somebody in a team."""

    id: int
    host: Host
    role: str = "MEMBER"
    accepted: bool = False
    no_impersonation: bool = False


@dataclass(kw_only=True, eq=False)
class Organisation:
    """A company with its people; its teams say that they belong to it."""

    id: int
    fields: dict[str, Any]
    members: list[Membership] = field(default_factory=list)

    def led_by(self, host: Host) -> bool:
        """Whether somebody may change it."""
        return any(one.host is host and one.role in {"ADMIN", "OWNER"} for one in self.members)


@dataclass(kw_only=True, eq=False)
class Team:
    """A team with its people and event types."""

    id: int
    fields: dict[str, Any]
    parent: Organisation | None = None
    members: list[Membership] = field(default_factory=list)
    types: dict[int, EventType] = field(default_factory=dict)
    more: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What only event types of teams have, by their number."""


class Teams:
    """All teams; changes happen here only."""

    def __init__(self) -> None:
        self._ids = itertools.count(501)
        self._all: dict[int, Team] = {}
        self._organisations: dict[int, Organisation] = {}

    def found(self, fields: dict[str, Any], founder: Host) -> Organisation:
        """An organisation, with its founder as owner. The API cannot make one."""
        made = Organisation(id=next(self._ids), fields=fields)
        self._organisations[made.id] = made
        self.join(made, founder, role="OWNER", accepted=True)
        return made

    def organisation_of(self, host: Host) -> Organisation | None:
        """The organisation that somebody is in; most are in none."""
        return next((one for one in self._organisations.values() if any(member.host is host for member in one.members)), None)

    def in_organisation(self, organisation: Organisation) -> list[Team]:
        """The teams of an organisation, whoever is in them."""
        return [team for team in self._all.values() if team.parent is organisation]

    def add(self, fields: dict[str, Any], founder: Host, *, parent: Organisation | None = None) -> Team:
        """A further team, with its founder as owner."""
        made = Team(id=next(self._ids), fields=fields, parent=parent)
        self._all[made.id] = made
        self.join(made, founder, role="OWNER", accepted=True)
        return made

    def join(self, team: Team | Organisation, host: Host, *, role: str, accepted: bool) -> Membership:
        """Somebody new in a team, or with a new role."""
        found = next((one for one in team.members if one.host is host), None)
        if found is None:
            found = Membership(id=next(self._ids), host=host)
            team.members.append(found)
        found.role, found.accepted = role, accepted
        return found

    def add_type(self, team: Team, kind: EventType, more: dict[str, Any]) -> EventType:
        """Something further that can be booked with a team."""
        kind.id = next(self._ids)
        team.types[kind.id], team.more[kind.id] = kind, more
        return kind

    def remove(self, team: Team) -> None:
        """Take a team away with everything in it."""
        del self._all[team.id]

    def of(self, host: Host) -> list[Team]:
        """The teams that somebody is in."""
        return [team for team in self._all.values() if any(one.host is host for one in team.members)]

    def clear(self) -> None:
        """Forget all teams and organisations."""
        self._all.clear()
        self._organisations.clear()
