"""The difference between file and account as a value: it can be printed, tested and refused. No socket, no clock.

Safety: a plan that deletes, or that touches more than `MOST_SHARE` of the objects there are, is carried out only on a further
word. A single change is never too large: whoever has three objects may edit one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.config_as_code.account import Account, Found
from app.config_as_code.complaints import ConfigError
from app.config_as_code.kinds import CANNOT_BE_EMPTIED, ORDER, WORDS, Fields, Kind
from app.config_as_code.wishes import Wish, Wishes

MOST_SHARE = 0.3
NOTHING: tuple[Any, ...] = (None, "", [], {})
Differences = dict[str, tuple[Any, Any]]


class Action(StrEnum):
    """What happens to an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Change:
    """One object that is to be made, changed or deleted."""

    action: Action
    kind: Kind
    key: str
    fields: Differences
    """Property → what it is, what it should be."""
    wanted: Fields = field(default_factory=dict, repr=False)
    """Everything that the file owns of the object."""
    id: int | str | None = None
    team: str | None = None
    team_id: int | None = None
    where: str = ""

    def __str__(self) -> str:
        return f"{self.action} {WORDS[self.kind]} {self.key}"


@dataclass(frozen=True)
class Report:
    """A difference that Cal.com's API cannot be told to end."""

    kind: Kind
    key: str
    fields: Differences
    why: str


@dataclass(frozen=True)
class Plan:
    """All changes in the order in which they are carried out, and what can only be reported."""

    changes: tuple[Change, ...] = ()
    reports: tuple[Report, ...] = ()
    objects: int = 0
    """How many there are at Cal.com of what the file owns."""

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def unsafe(self) -> tuple[str, ...]:
        """Why this plan needs a further word; empty when it does not."""
        gone = [change for change in self.changes if change.action == Action.DELETE]
        touched = [change for change in self.changes if change.action != Action.CREATE]
        reasons = []
        if gone:
            reasons.append(f"it deletes {len(gone)}: {', '.join(f'{WORDS[change.kind]} {change.key}' for change in gone)}")
        if len(touched) > 1 and len(touched) > MOST_SHARE * self.objects:
            reasons.append(f"it touches {len(touched)} of {self.objects} objects, more than {MOST_SHARE:.0%}")
        return tuple(reasons)


def plan(wanted: Wishes, found: Account) -> Plan:
    """What has to be done so that the account is as the file says. Raises `ConfigError` for a wish that cannot be understood."""
    pairs = Pairs(wanted, found)
    changes: list[Change] = []
    reports: list[Report] = []
    for wish, there in pairs.each():
        changes += _change(wish, there, pairs)
        reports += _reports(wish, there)
    changes += (Change(Action.DELETE, each.kind, each.key, _lost(each), id=each.id, team_id=each.team_id) for each in pairs.unwanted())
    return Plan(tuple(sorted(changes, key=_turn)), tuple(reports), len([each for each in found.objects if each.kind in wanted.kinds]))


def differences(wanted: Fields, found: Mapping[str, Any]) -> Differences:
    """Owned properties that are not as they should be."""
    return {name: (found.get(name), value) for name, value in sorted(wanted.items()) if found.get(name) != value}


def can_be_told(name: str, value: Any) -> bool:
    """Whether the API can set a property to this."""
    return not (name in CANNOT_BE_EMPTIED and value in NOTHING)


class Pairs:
    """Which object of the file is which object at Cal.com."""

    def __init__(self, wanted: Wishes, found: Account) -> None:
        self._wanted = wanted
        self._left = list(found.objects)
        self._teams: dict[str, Found | None] = {}
        self._names: dict[Any, Any] = {}
        self._pairs: list[tuple[Wish, Found | None]] = []
        for kind in ORDER:
            mine = [wish for wish in wanted.objects if wish.kind == kind]
            # A name that is there is taken by whom it belongs to, before anybody is looked for under an earlier one.
            named = {id(wish): self._take(wish, wish.key) for wish in mine}
            self._pairs += [(wish, self._keep(wish, named[id(wish)] or (self._take(wish, wish.was) if wish.was else None))) for wish in mine]
        self._check_references(found)

    def each(self) -> Iterator[tuple[Wish, Found | None]]:
        """Every wish with its object, renamed references included."""
        for wish, there in self._pairs:
            yield wish, replace(there, fields=self._renamed(there.fields)) if there else None

    def unwanted(self) -> list[Found]:
        """What stands in a list that the file owns as a whole, and is not in the file."""
        teams = {there.id: slug for slug, there in self._teams.items() if there}
        gone = {each.id for each in self._left if each.kind == Kind.TEAM}
        return [
            each
            for each in self._left
            if (each.kind in self._wanted.whole or (teams.get(each.team_id), each.kind) in self._wanted.whole_teams)
            and (each.team_id is None or each.team_id not in gone)
        ]

    def _take(self, wish: Wish, key: str) -> Found | None:
        fitting = [each for each in self._left if self._fits(wish, each, key)]
        if wish.id is not None:
            fitting = [each for each in self._left if each.kind == wish.kind and each.id == wish.id] or fitting
        if len(fitting) > 1:
            numbers = " or ".join(f"id: {each.id}" for each in fitting)
            raise ConfigError(f"{wish.where}: {len(fitting)} schedules at Cal.com have the name {key}; write {numbers} here to say which one is meant.")
        if fitting:
            self._left.remove(fitting[0])
        return fitting[0] if fitting else None

    def _fits(self, wish: Wish, each: Found, key: str) -> bool:
        if each.kind != wish.kind:
            return False
        if wish.team is None:
            return each.key == key
        team = self._teams.get(wish.team)
        return team is not None and each.team_id == team.id and each.key.partition("/")[2] == key.partition("/")[2]

    def _keep(self, wish: Wish, there: Found | None) -> Found | None:
        if wish.kind == Kind.TEAM:
            self._teams[wish.key] = there
        if wish.kind == Kind.SCHEDULE and there is not None:
            self._names[there.id if there.ambiguous else there.key] = wish.id if there.ambiguous and wish.id else wish.key
        return there

    def team(self, slug: str | None) -> int | None:
        """The number of a team of the file, once it exists."""
        there = self._teams.get(slug) if slug else None
        return int(there.id) if there and there.id is not None else None

    def _renamed(self, fields: Fields) -> Fields:
        """What is found, with schedules under the name that the file gives them."""
        return {name: self._names.get(value, value) if name in {"schedule", "defaultSchedule"} else value for name, value in fields.items()}

    def _check_references(self, found: Account) -> None:
        if Kind.SCHEDULE not in self._wanted.kinds:
            return
        listed = [wish for wish in self._wanted.objects if wish.kind == Kind.SCHEDULE]
        known = {wish.key for wish in listed} | {wish.id for wish in listed} | {name for each in found.of(Kind.SCHEDULE) for name in (each.key, each.id)}
        for wish in self._wanted.objects:
            for name in ("schedule", "defaultSchedule"):
                named = wish.fields.get(name)
                if named is not None and named not in known:
                    names = ", ".join(sorted(str(each) for each in known if isinstance(each, str)))
                    raise ConfigError(f"{wish.where}: {name} of {wish.key} names {named}, which is no schedule; there are: {names}.")


def _change(wish: Wish, there: Found | None, pairs: Pairs) -> Iterator[Change]:
    team_id = pairs.team(wish.team)
    if there is None:
        fields: Differences = {name: (None, value) for name, value in sorted(wish.fields.items()) if value not in NOTHING}
        yield Change(Action.CREATE, wish.kind, wish.key, fields, wish.fields, None, wish.team, team_id, wish.where)
        return
    fields = {name: pair for name, pair in differences(wish.fields, there.fields).items() if can_be_told(name, pair[1])}
    if fields:
        yield Change(Action.UPDATE, wish.kind, wish.key, fields, wish.fields, there.id, wish.team, team_id, wish.where)


def _reports(wish: Wish, there: Found | None) -> Iterator[Report]:
    if there is None:
        return
    shown = differences(wish.read_only, there.read_only)
    if shown:
        yield Report(wish.kind, wish.key, shown, "Cal.com's API cannot set this; change it in Cal.com, or the file")
    emptied = {name: pair for name, pair in differences(wish.fields, there.fields).items() if not can_be_told(name, pair[1])}
    if emptied:
        yield Report(wish.kind, wish.key, emptied, "Cal.com's API has no way to take this away; change it in Cal.com, or the file")


def _lost(each: Found) -> Differences:
    return {name: (value, None) for name, value in sorted(each.fields.items()) if value not in (*NOTHING, False, 0)}


def _turn(change: Change) -> tuple[int, int, str]:
    place = ORDER.index(change.kind)
    return (1, -place, change.key) if change.action == Action.DELETE else (0, place, change.key)


def counted(changes: Iterable[Change]) -> dict[Action, int]:
    """How many of each."""
    found = list(changes)
    return {action: sum(change.action == action for change in found) for action in Action}
