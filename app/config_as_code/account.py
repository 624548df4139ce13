"""Reads the live account into values that can be compared with the file. Asks only for what is wanted.

An account without teams or an organisation, and one that may not look at them, has none of their objects: that is no failure.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from app.calcom.account import ACCOUNT, Home, Member, Team
from app.calcom.client import Client
from app.calcom.errors import NotAllowed, NotFound
from app.calcom.types import EventType, Schedule
from app.config_as_code import hooks, links, normal
from app.config_as_code.found import INNER, Account, Found, Scope
from app.config_as_code.kinds import EVENT_TYPE, ORGANISATION, TEAM, TEAM_EVENT_TYPE, Fields, Kind
from app.config_as_code.surroundings import Surroundings

Scheduled = str | int | None
Row = TypeVar("Row")


def read(client: Client, scope: Scope, around: Surroundings) -> Account:
    """The account as it is now. Raises a `CalcomError`."""
    return Reader(client, around).account(scope)


class Reader:
    """Reads; remembers the names of schedules and people while it does. `schedules()` reads them anew."""

    def __init__(self, client: Client, around: Surroundings) -> None:
        self._client = client
        self._around = around
        self._names: dict[int, Scheduled] | None = None
        self._lists: set[tuple[Kind, Home]] = set()
        self.people: dict[str, int] = {}

    def account(self, scope: Scope) -> Account:
        """Everything that is asked for. Schedules are always read, since others refer to them."""
        schedules = self.schedules()
        found: list[Found] = [*schedules] if Kind.SCHEDULE in scope.kinds else []
        if Kind.ME in scope.kinds:
            found.append(self.me(calendar=scope.calendar))
        if Kind.EVENT_TYPE in scope.kinds:
            found += self._with_lists(self.event_types(ACCOUNT, ""), scope)
        organisation = self._client.people.me().organisation_id if scope.organisation else None
        if Kind.TEAM in scope.kinds:
            found += self._teams(ACCOUNT, "", scope)
        if organisation is not None:
            home = Home(organisation=organisation)
            found += quietly(lambda: self.members(home, ORGANISATION))
            found += self._teams(home, ORGANISATION, scope)
            found += quietly(lambda: self.webhooks(home, ORGANISATION))
        if Kind.WEBHOOK in scope.kinds:
            found += self.webhooks(ACCOUNT, "")
        return Account(tuple(found), dict(self.people), organisation, frozenset(self._lists))

    def all(self, kind: Kind, home: Home, above: str = "") -> list[Found]:
        """What is of one kind in one place."""
        match kind:
            case Kind.SCHEDULE:
                return self.schedules()
            case Kind.ME:
                return [self.me()]
            case Kind.TEAM:
                return self.teams(home, above)
            case Kind.MEMBERSHIP:
                return self.members(home, above)
            case Kind.WEBHOOK:
                return self.webhooks(home, above)
            case Kind.PRIVATE_LINK:
                return links.found(self._client, home, above)
            case _:
                return self.event_types(home, above)

    def schedules(self) -> list[Found]:
        """All schedules; from now on their names are known."""
        rows = self._client.schedules.all()
        names = Counter(row.name for row in rows)
        self._names = {row.id: row.name if names[row.name] == 1 else row.id for row in rows}
        return [Found(Kind.SCHEDULE, row.name, _schedule(row), row.id, ambiguous=names[row.name] > 1) for row in rows]

    def me(self, *, calendar: bool = True) -> Found:
        """The profile, with the calendar that bookings go to where that is wanted."""
        row = self._client.people.me()
        self.people[row.email] = row.id
        fields: dict[str, Any] = {
            "name": row.name, "bio": row.bio, "timeZone": row.time_zone, "weekStart": row.week_start, "timeFormat": row.time_format,
            "avatarUrl": row.avatar_url, "defaultSchedule": self.scheduled(row.default_schedule_id),
        }  # fmt: skip
        if calendar:
            to = next(iter(quietly(lambda: [self._client.calendars.destination()])), None)
            fields["destinationCalendar"] = {"integration": to.integration, "externalId": to.external_id} if to else None
        return Found(Kind.ME, "me", normal.fields(fields), row.id, read_only={"username": row.username, "email": row.email})

    def event_types(self, home: Home, above: str) -> list[Found]:
        """Event types of the account, or of a team."""
        if home.team is None:
            return [self.event_type(each) for each in self._client.event_types.mine()]
        known = {number: email for email, number in self.people.items()}
        rows = self._client.event_types.of_team(home.team, organisation_id=home.organisation)
        if any(host.get("userId") not in known for row in rows for host in row.raw.get("hosts") or () if isinstance(host, Mapping)):
            quietly(lambda: self.members(home, above))
            known = {number: email for email, number in self.people.items()}
        return [self._team_event_type(each, home, above, known) for each in rows]

    def event_type(self, row: EventType) -> Found:
        """An event type of the account."""
        raw = dict(row.raw) | {"schedule": self.scheduled(row.schedule_id)}
        fields = normal.fields({name: raw.get(name) for name in EVENT_TYPE})
        return Found(Kind.EVENT_TYPE, row.slug, fields, row.id, read_only=normal.read_only(Kind.EVENT_TYPE, row.raw))

    def teams(self, home: Home, above: str) -> list[Found]:
        """Teams of the account, or of its organisation. Those of an organisation that it leads are not the account's own."""
        if home.organisation is not None:
            return [_team(team, home, above) for team in self._client.people.organisation_teams(home.organisation)]
        teams = [team for team in self._client.people.teams() if not team.organisation]
        parents = {team.parent_id for team in teams if team.parent_id is not None}
        led = {parent for parent in parents if self._leads(parent)}
        return [_team(team, home, above) for team in teams if team.parent_id not in led]

    def members(self, home: Home, above: str) -> list[Found]:
        """The people of a team, or of an organisation."""
        if home.team is not None:
            rows = self._client.people.memberships(home.team, organisation_id=home.organisation)
        else:
            rows = self._client.people.organisation_memberships(home.organisation or 0)
        return [self._member(each, home, above) for each in rows]

    def webhooks(self, home: Home, above: str) -> list[Found]:
        """Subscriptions of the account, of an event type or of an organisation."""
        return hooks.found(self._client, self._around, home, above)

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

    def _teams(self, home: Home, above: str, scope: Scope) -> Iterator[Found]:
        for team in quietly(lambda: self.teams(home, above)):
            yield team
            yield from quietly(partial(self.members, team.inner, team.key))
            yield from self._with_lists(quietly(partial(self.event_types, team.inner, team.key)), scope)

    def _with_lists(self, rows: Iterable[Found], scope: Scope) -> Iterator[Found]:
        for each in rows:
            yield each
            for kind in INNER:
                if scope.asks(kind, each):
                    yield from self._list(kind, each)

    def _list(self, kind: Kind, of: Found) -> list[Found]:
        try:
            rows = self.all(kind, of.inner, of.key)
        except (NotFound, NotAllowed):
            return []
        self._lists.add((kind, of.inner))
        return rows

    def _leads(self, organisation: int) -> bool:
        try:
            self._client.people.organisation_teams(organisation)
        except (NotFound, NotAllowed):
            return False
        return True

    def _team_event_type(self, row: EventType, home: Home, above: str, people: Mapping[int, str]) -> Found:
        raw = dict(row.raw) | {"schedule": self.scheduled(row.schedule_id), "hosts": _hosts(row.raw, people)}
        fields = normal.fields({name: raw.get(name) for name in TEAM_EVENT_TYPE})
        return Found(Kind.TEAM_EVENT_TYPE, row.slug, fields, row.id, home, above, normal.read_only(Kind.TEAM_EVENT_TYPE, row.raw))

    def _member(self, member: Member, home: Home, above: str) -> Found:
        self.people[member.email] = member.user_id
        fields = {"role": member.role or "MEMBER", "accepted": member.accepted, "disableImpersonation": member.no_impersonation}
        return Found(Kind.MEMBERSHIP, member.email, fields, member.membership_id, home, above)


def quietly(ask: Callable[[], Iterable[Row]]) -> list[Row]:
    """What there is; nothing where this installation knows no such thing, or this key may not see it."""
    try:
        return list(ask())
    except (NotFound, NotAllowed):
        return []


def _schedule(row: Schedule) -> Fields:
    return normal.fields(
        {
            "name": row.name,
            "timeZone": row.time_zone,
            "availability": [{"days": each.days, "startTime": each.start, "endTime": each.end} for each in row.hours],
            "overrides": [{"date": each.day.isoformat(), "startTime": each.start, "endTime": each.end} for each in row.overrides],
        }
    )


def _team(team: Team, home: Home, above: str) -> Found:
    raw: dict[str, Any] = dict(team.raw) | {"name": team.name, "slug": team.slug}
    return Found(Kind.TEAM, team.slug, normal.fields({name: raw.get(name) for name in TEAM}), team.id, home, above)


def _hosts(raw: Mapping[str, Any], people: Mapping[int, str]) -> list[Fields]:
    """Hosts by address. Where everybody comes together Cal.com shows each as fixed; where all are assigned, the fixed ones were chosen."""
    turns = raw.get("schedulingType") == "roundRobin"
    rows = [host for host in raw.get("hosts") or () if isinstance(host, Mapping)]
    if raw.get("assignAllTeamMembers") is True:
        rows = [host for host in rows if turns and host.get("mandatory") is True]
    said = ("mandatory", "priority") if turns else ()
    return [
        {"email": people.get(int(host.get("userId") or 0), f"user {host.get('userId')}"), **{name: host.get(name) for name in said}}
        for host in rows
    ]  # fmt: skip
