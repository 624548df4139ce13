"""Reads the live account into values that can be compared with the file. Asks only for the kinds that are wanted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.calcom.account import Member, Team
from app.calcom.client import Client
from app.calcom.errors import NotFound
from app.calcom.types import EventType, Schedule
from app.config_as_code import normal
from app.config_as_code.kinds import EVENT_TYPE, TEAM, TEAM_EVENT_TYPE, Fields, Kind
from app.config_as_code.surroundings import Surroundings

Scheduled = str | int | None


@dataclass(frozen=True)
class Found:
    """One object of the account. Its `fields` are in normal form and hold everything that the API can set."""

    kind: Kind
    key: str
    fields: Fields
    id: int | str | None = None
    team_id: int | None = None
    read_only: Fields = field(default_factory=dict)
    ambiguous: bool = False
    """Others have the same name; only the number tells them apart."""


@dataclass(frozen=True)
class Account:
    """What was found, and the people who can be named by their address."""

    objects: tuple[Found, ...]
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """E-mail address → Cal.com's number."""

    def of(self, kind: Kind) -> list[Found]:
        """All of a kind."""
        return [each for each in self.objects if each.kind == kind]


def read(client: Client, kinds: Iterable[Kind], around: Surroundings) -> Account:
    """The account as it is now. Raises a `CalcomError`."""
    return Reader(client, around).account(frozenset(kinds))


class Reader:
    """Reads; remembers the names of schedules while it does. `schedules()` reads them anew."""

    def __init__(self, client: Client, around: Surroundings) -> None:
        self._client = client
        self._around = around
        self._names: dict[int, Scheduled] | None = None
        self._people: dict[str, int] = {}

    def account(self, kinds: frozenset[Kind]) -> Account:
        """Everything of these kinds. Schedules are always read, since others refer to them."""
        schedules = self.schedules()
        found: list[Found] = [*schedules] if Kind.SCHEDULE in kinds else []
        if Kind.ME in kinds:
            found.append(self.me())
        if Kind.EVENT_TYPE in kinds:
            found += [self.event_type(each) for each in self._client.event_types.mine()]
        if kinds & {Kind.TEAM, Kind.MEMBERSHIP, Kind.TEAM_EVENT_TYPE}:
            found += self.teams()
        if Kind.WEBHOOK in kinds:
            found += self.webhooks()
        return Account(tuple(found), dict(self._people))

    def schedules(self) -> list[Found]:
        """All schedules; from now on their names are known."""
        rows = self._client.schedules.all()
        names = Counter(row.name for row in rows)
        self._names = {row.id: row.name if names[row.name] == 1 else row.id for row in rows}
        return [
            Found(Kind.SCHEDULE, row.name, self._schedule(row), row.id, ambiguous=names[row.name] > 1)
            for row in rows
        ]  # fmt: skip

    def me(self) -> Found:
        """The profile."""
        row = self._client.people.me()
        self._people[row.email] = row.id
        fields = {
            "name": row.name, "bio": row.bio, "timeZone": row.time_zone, "weekStart": row.week_start, "timeFormat": row.time_format,
            "avatarUrl": row.avatar_url, "defaultSchedule": self.scheduled(row.default_schedule_id),
        }  # fmt: skip
        return Found(Kind.ME, "me", normal.fields(fields), row.id, read_only={"username": row.username, "email": row.email})

    def event_type(self, row: EventType, team: Team | None = None, people: Mapping[int, str] | None = None) -> Found:
        """An event type, of the account or of a team."""
        kind = Kind.EVENT_TYPE if team is None else Kind.TEAM_EVENT_TYPE
        names = EVENT_TYPE if team is None else TEAM_EVENT_TYPE
        raw = dict(row.raw) | {"schedule": self.scheduled(row.schedule_id)}
        if team is not None:
            raw["hosts"] = [
                {**host, "email": (people or {}).get(int(host.get("userId") or 0), f"user {host.get('userId')}")}
                for host in raw.get("hosts") or () if isinstance(host, Mapping)
            ]  # fmt: skip
            if raw.get("assignAllTeamMembers") is True:
                raw["hosts"] = []
        fields = normal.fields({name: raw.get(name) for name in names})
        key = row.slug if team is None else f"{team.slug}/{row.slug}"
        return Found(kind, key, fields, row.id, team.id if team else None, normal.read_only(kind, row.raw))

    def teams(self) -> Iterator[Found]:
        """Teams, their people and their event types; nothing where an installation knows no teams."""
        try:
            teams = self._client.people.teams()
        except NotFound:
            return
        for team in teams:
            if not team.organisation:
                yield from self._team(team)

    def webhooks(self) -> list[Found]:
        """Subscriptions, with the name of the setting that holds their secret."""
        rows = self._client.webhooks.all()
        return [
            Found(
                Kind.WEBHOOK,
                row.url,
                normal.fields(
                    {
                        "subscriberUrl": row.url, "triggers": list(row.triggers), "active": row.active, "payloadTemplate": row.template,
                        "version": row.version, "secret": self._around.name_of(row.secret),
                    }
                ),
                row.id,
            )
            for row in rows
        ]  # fmt: skip

    def scheduled(self, number: int | None) -> Scheduled:
        """A schedule as the file names it: by name where only one has it."""
        if number is None:
            return None
        if self._names is None:
            self.schedules()
        return (self._names or {}).get(number, number)

    def numbers_of(self, named: str | int) -> list[int]:
        """The schedules that a name or a number may mean."""
        if self._names is None:
            self.schedules()
        return [number for number, name in (self._names or {}).items() if named in {number, name}]

    def _schedule(self, row: Schedule) -> Fields:
        return normal.fields(
            {
                "name": row.name,
                "timeZone": row.time_zone,
                "availability": [{"days": each.days, "startTime": each.start, "endTime": each.end} for each in row.hours],
                "overrides": [{"date": each.day.isoformat(), "startTime": each.start, "endTime": each.end} for each in row.overrides],
            }
        )

    def _team(self, team: Team) -> Iterator[Found]:
        raw: dict[str, Any] = dict(team.raw) | {"name": team.name, "slug": team.slug}
        yield Found(Kind.TEAM, team.slug, normal.fields({name: raw.get(name) for name in TEAM}), team.id)
        members = self._client.people.memberships(team.id)
        for member in members:
            yield self._member(team, member)
        people = {member.user_id: member.email for member in members}
        for row in self._client.event_types.of_team(team.id):
            yield self.event_type(row, team, people)

    def _member(self, team: Team, member: Member) -> Found:
        self._people[member.email] = member.user_id
        fields = {"role": member.role or "MEMBER", "accepted": member.accepted}
        return Found(Kind.MEMBERSHIP, f"{team.slug}/{member.email}", fields, member.membership_id, team.id)
