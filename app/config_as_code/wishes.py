"""What the file asks for: each object with the properties that it owns, in normal form."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.config_as_code import normal
from app.config_as_code.complaints import ConfigError
from app.config_as_code.files import Config, Document
from app.config_as_code.kinds import SECTIONS, Fields, Kind
from app.config_as_code.schema import Schedule, Team, Unlisted, Webhook
from app.config_as_code.surroundings import Surroundings

_ABOUT_ITSELF = frozenset({"was", "id", "readOnly", "members", "eventTypes", "email"})


@dataclass(frozen=True)
class Wish:
    """One object of the file."""

    kind: Kind
    key: str
    fields: Fields
    where: str
    spot: tuple[Path, tuple[int | str, ...]]
    """In which file, and under which keys there."""
    was: str | None = None
    id: int | None = None
    team: str | None = None
    read_only: Fields = field(default_factory=dict)


@dataclass(frozen=True)
class Wishes:
    """Everything that the file asks for, and which lists it owns as a whole."""

    objects: tuple[Wish, ...]
    kinds: frozenset[Kind]
    """What the file speaks of at all; nothing else is read."""
    whole: frozenset[Kind]
    """Lists that are owned as a whole: what is not in them goes."""
    whole_teams: frozenset[tuple[str, Kind]]
    """The same for the lists inside a team."""


def wishes(config: Config, around: Surroundings) -> Wishes:
    """What a file asks for. Raises `ConfigError` for what is wrong between its parts."""
    unlisted = next((document.said.unlisted for document in config.documents if document.said.unlisted), Unlisted())
    found = [*_me(config), *_schedules(config), *_event_types(config), *_webhooks(config, around)]
    teams: set[tuple[str, Kind]] = set()
    for document, place, team in config.rows("teams"):
        found += _team(config, document, place, team)
        teams |= {(team.slug, Kind.MEMBERSHIP)} if team.members is not None else set()
        teams |= {(team.slug, Kind.TEAM_EVENT_TYPE)} if team.eventTypes is not None else set()
    _refuse_doubles(found)
    kinds = {kind for section, kind in SECTIONS.items() if config.owns(section)} | ({Kind.ME} if config.owns("me") else set())
    whole = {kind for section, kind in SECTIONS.items() if config.owns(section) and getattr(unlisted, section) == "delete"}
    return Wishes(tuple(found), frozenset(kinds | {kind for _, kind in teams}), frozenset(whole), frozenset(teams))


def _me(config: Config) -> Iterator[Wish]:
    found = config.one("me")
    if found:
        document, me = found
        yield Wish(Kind.ME, "me", _owned(me.said()), *_at(document, "me"), read_only=_read_only(me))


def _schedules(config: Config) -> Iterator[Wish]:
    document: Document
    row: Schedule
    for document, place, row in config.rows("schedules"):
        yield Wish(Kind.SCHEDULE, row.name, _owned(row.said()), *_at(document, "schedules", place), row.was, row.id)


def _event_types(config: Config) -> Iterator[Wish]:
    defaults = _defaults(config)
    for document, place, row in config.rows("eventTypes"):
        fields = _owned({**defaults, **row.said()})
        yield Wish(Kind.EVENT_TYPE, row.slug, fields, *_at(document, "eventTypes", place), row.was, read_only=_read_only(row))


def _team(config: Config, document: Document, place: int, team: Team) -> Iterator[Wish]:
    yield Wish(Kind.TEAM, team.slug, _owned(team.said()), *_at(document, "teams", place), team.was)
    for at, member in enumerate(team.members or ()):
        spot = _at(document, "teams", place, "members", at)
        fields = {"role": member.role} | ({} if member.accepted is None else {"accepted": member.accepted})
        yield Wish(Kind.MEMBERSHIP, f"{team.slug}/{member.email}", fields, *spot, team=team.slug)
    defaults = _defaults(config)
    for at, row in enumerate(team.eventTypes or ()):
        was = f"{team.slug}/{row.was}" if row.was else None
        spot = _at(document, "teams", place, "eventTypes", at)
        fields = _owned({**defaults, **row.said()})
        yield Wish(Kind.TEAM_EVENT_TYPE, f"{team.slug}/{row.slug}", fields, *spot, was, team=team.slug, read_only=_read_only(row))


def _webhooks(config: Config, around: Surroundings) -> Iterator[Wish]:
    row: Webhook
    for document, place, row in config.rows("webhooks"):
        if row.secret and not around.secret(row.secret):
            raise ConfigError(f"{document.at('webhooks', place, 'secret')}: secret names the setting {row.secret}, which is not set.")
        address = around.address(row.subscriberUrl)
        said = {"active": row.active, **row.said(), "subscriberUrl": address}
        yield Wish(Kind.WEBHOOK, address, _owned(said), *_at(document, "webhooks", place), around.address(row.was) if row.was else None)


def _at(document: Document, *keys: int | str) -> tuple[str, tuple[Path, tuple[int | str, ...]]]:
    return document.at(*keys), (document.path, keys)


def _defaults(config: Config) -> dict[str, Any]:
    found = config.one("eventTypeDefaults")
    return found[1].said() if found else {}


def _owned(said: dict[str, Any]) -> Fields:
    return normal.fields({name: value for name, value in said.items() if name not in _ABOUT_ITSELF})


def _read_only(row: Any) -> Fields:
    if row.readOnly is None:
        return {}
    said = row.readOnly.said()
    return {name: (value or 0) if name == "price" else value is True if name == "isInstantEvent" else value or None for name, value in said.items()}


def _refuse_doubles(found: list[Wish]) -> None:
    seen: dict[tuple[Kind, str, int | None], Wish] = {}
    for wish in found:
        first = seen.setdefault((wish.kind, wish.key, wish.id), wish)
        if first is not wish:
            raise ConfigError(f"{wish.where}: {wish.key} stands here a second time (first in {first.where}): keep one of them.")
