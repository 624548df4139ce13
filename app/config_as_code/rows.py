"""Objects of the account as rows of the file: every property that the API can set, once.

Event types differ little from each other, so what most of them have in common stands in `eventTypeDefaults`, and each says only
where it differs. That way everything is owned, and the file stays short enough to be reviewed.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.calcom.account import Home
from app.config_as_code import normal
from app.config_as_code.found import INNER, Account, Found, Scope
from app.config_as_code.kinds import EVENT_TYPE, INNER_SECTIONS, ME_READ_ONLY, ORGANISATION, TEAM_EVENT_TYPE, Fields, Kind
from app.config_as_code.surroundings import ANOTHER, Surroundings

EXPLICIT = ("slug", "title", "lengthInMinutes", "description", "locations", "bookingFields")
"""Stands at each event type in any case, in this order; it is what an event type is."""
ONLY_TEAMS = tuple(name for name in TEAM_EVENT_TYPE if name not in EVENT_TYPE)


FEW = 15
"""Of so many event types every list inside can be read twice a minute, which an apply needs; the API allows 120 requests."""


def sections(account: Account, around: Surroundings, scope: Scope, *, sparing: bool = False) -> dict[str, Any]:
    """A whole new file. A sparing one owns the lists inside event types only where there is something in them, if there are many event types."""
    wanted = scope.kinds
    types = [each for each in account.objects if each.kind in {Kind.EVENT_TYPE, Kind.TEAM_EVENT_TYPE}]
    sparing = sparing and len(types) > FEW
    defaults = defaults_of(types) | ({} if sparing else _owned_everywhere(account, types))
    found: dict[str, Any] = {}
    if Kind.ME in wanted:
        found["me"] = me(account.of(Kind.ME)[0])
    if Kind.SCHEDULE in wanted:
        found["schedules"] = [row(each, around) for each in account.of(Kind.SCHEDULE)]
    if types:
        found["eventTypeDefaults"] = defaults
    rows = Rows(account, around, defaults, empty_lists=not sparing)
    if Kind.EVENT_TYPE in wanted:
        found["eventTypes"] = [rows.of(each) for each in account.of(Kind.EVENT_TYPE)]
    if Kind.TEAM in wanted and account.of(Kind.TEAM):
        found["teams"] = [rows.of(each) for each in account.of(Kind.TEAM)]
    if scope.organisation and account.organisation is not None and (company := rows.organisation()):
        found[ORGANISATION] = company
    if Kind.WEBHOOK in wanted:
        found["webhooks"] = [rows.of(each) for each in account.of(Kind.WEBHOOK)]
    return found


def _owned_everywhere(account: Account, types: Sequence[Found]) -> Fields:
    """The lists of objects that were read of every event type that can have them: all own them, and most have none."""
    return {
        INNER_SECTIONS[kind]: []
        for kind in INNER
        if types and all((kind, each.inner) in account.lists for each in types if each.holds(kind)) and any(each.holds(kind) for each in types)
    }


def defaults_of(types: Sequence[Found]) -> Fields:
    """What most event types have in common; where none prevails, nothing (no limit, no seats, switched off)."""
    found: Fields = {}
    for name in EVENT_TYPE:
        if name in EXPLICIT:
            continue
        nothing = normal.value(name, None)
        votes = Counter(json.dumps(each.fields[name], sort_keys=True) for each in types)
        votes[json.dumps(nothing)] += 1
        most = max(votes.values())
        prevailing = [value for value, count in votes.items() if count == most]
        found[name] = nothing if json.dumps(nothing) in prevailing else json.loads(prevailing[0])
    return found


def me(each: Found) -> Fields:
    """The profile."""
    said = {name: value for name, value in each.fields.items() if value is not None}
    return said | {"readOnly": {name: each.read_only[name] for name in ME_READ_ONLY}}


class Rows:
    """Makes rows of what holds others, or leaves out what it shares with others."""

    def __init__(self, account: Account, around: Surroundings, defaults: Mapping[str, Any], *, empty_lists: bool = True) -> None:
        self._account = account
        self._around = around
        self._defaults = defaults
        self._empty_lists = empty_lists

    def of(self, each: Found) -> Fields:
        """Any object as a row."""
        match each.kind:
            case Kind.EVENT_TYPE | Kind.TEAM_EVENT_TYPE:
                return self._event_type(each)
            case Kind.TEAM:
                return self._team(each)
            case Kind.MEMBERSHIP:
                return member(each)
            case Kind.PRIVATE_LINK:
                return {"link": each.name} | {name: value for name, value in each.fields.items() if value is not None}
            case _:
                return row(each, self._around)

    def organisation(self) -> Fields:
        """The block of the organisation; empty where nothing of it may be seen."""
        home = Home(organisation=self._account.organisation)
        lists = {INNER_SECTIONS[kind]: self._list(kind, home) for kind in (Kind.MEMBERSHIP, Kind.TEAM, Kind.WEBHOOK)}
        return lists if lists["members"] else {}

    def _list(self, kind: Kind, home: Home) -> list[Fields]:
        return [self.of(each) for each in self._account.of(kind, home)]

    def _event_type(self, each: Found) -> Fields:
        """An event type with what it does not share."""
        defaults = self._defaults
        found = {name: each.fields[name] for name in EXPLICIT if can_be_said(name, each.fields[name])}
        found |= {name: value for name, value in each.fields.items() if name in ONLY_TEAMS and value not in (None, False)}
        found |= {
            name: value
            for name, value in sorted(each.fields.items())
            if name not in EXPLICIT and name not in ONLY_TEAMS and (name not in defaults or normal.value(name, defaults[name]) != value)
        }
        for kind in INNER:
            section, rows = INNER_SECTIONS[kind], self._list(kind, each.inner)
            if (kind, each.inner) in self._account.lists and (rows or (self._empty_lists and section not in defaults)):
                found[section] = rows
        shown = {name: value for name, value in each.read_only.items() if name in {"price", "currency"} and value is not None}
        return found | {"readOnly": shown}

    def _team(self, each: Found) -> Fields:
        """A team with its people and event types."""
        said = {name: value for name, value in each.fields.items() if value is not None}
        return {"slug": each.name, **said, "members": self._list(Kind.MEMBERSHIP, each.inner), "eventTypes": self._list(Kind.TEAM_EVENT_TYPE, each.inner)}


def member(each: Found) -> Fields:
    """Somebody of a team or an organisation."""
    said = {name: value for name, value in each.fields.items() if name != "disableImpersonation" or value}
    return {"email": each.name, **said}


def row(each: Found, around: Surroundings) -> Fields:
    """A schedule or a webhook."""
    said = {name: in_file(name, value, around) for name, value in each.fields.items() if can_be_said(name, value)}
    return ({"id": each.id} if each.ambiguous else {}) | {name: value for name, value in said.items() if value is not None}


def in_file(name: str, value: Any, around: Surroundings) -> Any:
    """A value as the file says it."""
    if name == "subscriberUrl":
        return around.written(value)
    return value.removeprefix("an earlier ") if name == "secret" and value else value


def can_be_said(name: str, value: Any) -> bool:
    """Whether the file has words for a value: not for a secret that no setting holds, or a place of a kind that Cal.com does not name."""
    if name == "secret":
        return bool(value != ANOTHER)
    if name == "locations":
        return all(place.get("type") != "unknown" for place in value)
    return True
