"""Objects of the account as rows of the file: every property that the API can set, once.

Event types differ little from each other, so what most of them have in common stands in `eventTypeDefaults`, and each says only
where it differs. That way everything is owned, and the file stays short enough to be reviewed.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.config_as_code import normal
from app.config_as_code.account import Account, Found
from app.config_as_code.kinds import EVENT_TYPE, ME_READ_ONLY, TEAM_EVENT_TYPE, Fields, Kind
from app.config_as_code.surroundings import ANOTHER, Surroundings

EXPLICIT = ("slug", "title", "lengthInMinutes", "description", "locations", "bookingFields")
"""Stands at each event type in any case, in this order; it is what an event type is."""
ONLY_TEAMS = tuple(name for name in TEAM_EVENT_TYPE if name not in EVENT_TYPE)


def sections(account: Account, around: Surroundings, kinds: Iterable[Kind]) -> dict[str, Any]:
    """A whole new file."""
    wanted = set(kinds)
    types = [*account.of(Kind.EVENT_TYPE), *account.of(Kind.TEAM_EVENT_TYPE)]
    defaults = defaults_of(types)
    found: dict[str, Any] = {}
    if Kind.ME in wanted:
        found["me"] = me(account.of(Kind.ME)[0])
    if Kind.SCHEDULE in wanted:
        found["schedules"] = [row(each, around) for each in account.of(Kind.SCHEDULE)]
    if types:
        found["eventTypeDefaults"] = defaults
    if Kind.EVENT_TYPE in wanted:
        found["eventTypes"] = [event_type(each, defaults) for each in account.of(Kind.EVENT_TYPE)]
    if Kind.TEAM in wanted and account.of(Kind.TEAM):
        found["teams"] = [team(each, account, defaults) for each in account.of(Kind.TEAM)]
    if Kind.WEBHOOK in wanted:
        found["webhooks"] = [row(each, around) for each in account.of(Kind.WEBHOOK)]
    return found


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


def event_type(each: Found, defaults: Mapping[str, Any]) -> Fields:
    """An event type with what it does not share."""
    found = {name: each.fields[name] for name in EXPLICIT if can_be_said(name, each.fields[name])}
    found |= {name: value for name, value in each.fields.items() if name in ONLY_TEAMS and value not in (None, False)}
    found |= {
        name: value
        for name, value in sorted(each.fields.items())
        if name not in EXPLICIT and name not in ONLY_TEAMS and (name not in defaults or normal.value(name, defaults[name]) != value)
    }
    shown = {name: value for name, value in each.read_only.items() if name in {"price", "currency"} and value is not None}
    return found | {"readOnly": shown}


def me(each: Found) -> Fields:
    """The profile."""
    said = {name: value for name, value in each.fields.items() if value is not None}
    return said | {"readOnly": {name: each.read_only[name] for name in ME_READ_ONLY}}


def team(each: Found, account: Account, defaults: Mapping[str, Any]) -> Fields:
    """A team with its people and event types."""
    said = {name: value for name, value in each.fields.items() if value is not None}
    members = [member(one) for one in account.of(Kind.MEMBERSHIP) if one.team_id == each.id]
    types = [event_type(one, defaults) for one in account.of(Kind.TEAM_EVENT_TYPE) if one.team_id == each.id]
    return {"slug": each.key, **said, "members": members, "eventTypes": types}


def member(each: Found) -> Fields:
    """Somebody of a team."""
    return {"email": each.key.partition("/")[2], **each.fields}


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
