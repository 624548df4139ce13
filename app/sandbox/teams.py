"""Teams of the simulated account: who is in them, and what can be booked with them. They are kept and read back; nobody books them here."""

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


@dataclass(kw_only=True, eq=False)
class Team:
    """A team with its people and event types."""

    id: int
    fields: dict[str, Any]
    members: list[Membership] = field(default_factory=list)
    types: dict[int, EventType] = field(default_factory=dict)
    more: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What only event types of teams have, by their number."""


class Teams:
    """All teams; changes happen here only."""

    def __init__(self) -> None:
        self._ids = itertools.count(501)
        self._all: dict[int, Team] = {}

    def add(self, fields: dict[str, Any], founder: Host) -> Team:
        """A further team, with its founder as owner."""
        made = Team(id=next(self._ids), fields=fields)
        self._all[made.id] = made
        self.join(made, founder, role="OWNER", accepted=True)
        return made

    def join(self, team: Team, host: Host, *, role: str, accepted: bool) -> Membership:
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
        """Forget all teams."""
        self._all.clear()
