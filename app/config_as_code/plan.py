"""The difference between file and account as a value: it can be printed, tested and refused. No socket, no clock.

Safety: a plan that deletes, or that touches more than `MOST_SHARE` of the objects there are, is carried out only on a further
word. A single change is never too large: whoever has three objects may edit one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.calcom.account import ACCOUNT, Home
from app.config_as_code.found import Account, Found
from app.config_as_code.kinds import CANNOT_BE_EMPTIED, ORDER, WORDS, Fields, Kind
from app.config_as_code.pairs import Pairs
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
class Place:
    """Where an object is at Cal.com, or where it will be once what it is in has been made."""

    home: Home | None
    wish: Wish | None = field(default=None, repr=False)


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
    id: int | str | None = field(default=None, repr=False)
    """Of a private link this is a secret."""
    place: Place = Place(ACCOUNT)

    @property
    def where(self) -> str:
        """File and line; empty for what is not in the file."""
        return self.place.wish.where if self.place.wish else ""

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
    changes += (Change(Action.DELETE, each.kind, each.key, _lost(each), id=each.id, place=Place(each.home)) for each in pairs.unwanted())
    return Plan(tuple(sorted(changes, key=_turn)), tuple(reports), len(found.objects))


def differences(wanted: Fields, found: Mapping[str, Any]) -> Differences:
    """Owned properties that are not as they should be."""
    return {name: (found.get(name), value) for name, value in sorted(wanted.items()) if found.get(name) != value}


def can_be_told(name: str, value: Any, *, there: Any = None) -> bool:
    """Whether the API can set a property to this, from what is there."""
    if name == "schedulingType" and there is not None:
        return "managed" not in {there, value}
    return not (name in CANNOT_BE_EMPTIED and value in NOTHING)


def _change(wish: Wish, there: Found | None, pairs: Pairs) -> Iterator[Change]:
    place = Place(pairs.home(wish), wish)
    if there is None:
        fields: Differences = {name: (None, value) for name, value in sorted(wish.fields.items()) if value not in NOTHING}
        yield Change(Action.CREATE, wish.kind, wish.key, fields, wish.fields, None, place)
        return
    fields = {name: pair for name, pair in differences(wish.fields, there.fields).items() if can_be_told(name, pair[1], there=pair[0])}
    if fields:
        yield Change(Action.UPDATE, wish.kind, wish.key, fields, wish.fields, there.id, place)


def _reports(wish: Wish, there: Found | None) -> Iterator[Report]:
    if there is None:
        return
    shown = differences(wish.read_only, there.read_only)
    if shown:
        yield Report(wish.kind, wish.key, shown, "Cal.com's API cannot set this; change it in Cal.com, or the file")
    untold = {name: pair for name, pair in differences(wish.fields, there.fields).items() if not can_be_told(name, pair[1], there=pair[0])}
    if "schedulingType" in untold:
        kept = {"schedulingType": untold.pop("schedulingType")}
        yield Report(wish.kind, wish.key, kept, "a managed event type stays one, and no other becomes one; make it anew under another slug")
    if untold:
        yield Report(wish.kind, wish.key, untold, "Cal.com's API has no way to take this away; change it in Cal.com, or the file")


def _lost(each: Found) -> Differences:
    return {name: (value, None) for name, value in sorted(each.fields.items()) if value not in (*NOTHING, False, 0)}


def _turn(change: Change) -> tuple[int, int, int, str]:
    """What holds others comes before them, and goes after them."""
    place, depth = ORDER.index(change.kind), change.key.count("/") if change.kind == Kind.MEMBERSHIP else 0
    return (1, -place, -depth, change.key) if change.action == Action.DELETE else (0, place, depth, change.key)


def counted(changes: Iterable[Change]) -> dict[Action, int]:
    """How many of each."""
    found = list(changes)
    return {action: sum(change.action == action for change in found) for action in Action}
