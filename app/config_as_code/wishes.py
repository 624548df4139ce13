"""What the file asks for: each object with the properties that it owns, in normal form."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.config_as_code import links, normal
from app.config_as_code.complaints import ConfigError
from app.config_as_code.event_type_schema import PrivateLink, TeamEventType
from app.config_as_code.files import Config, Document
from app.config_as_code.found import Scope
from app.config_as_code.kinds import INNER_SECTIONS, ORGANISATION, SECTIONS, Fields, Kind
from app.config_as_code.schema import Me, Member, Schedule, Team, Unlisted
from app.config_as_code.surroundings import Surroundings
from app.config_as_code.webhook_schema import Webhook

_ABOUT_ITSELF = frozenset({"was", "id", "readOnly", "members", "eventTypes", "email", "webhooks", "privateLinks", "link"})
_LISTS_OF_A_TYPE = {"webhooks": Kind.WEBHOOK, "privateLinks": Kind.PRIVATE_LINK}
Spot = tuple[Path, tuple[int | str, ...]]


@dataclass(frozen=True)
class Wish:
    """One object of the file."""

    kind: Kind
    name: str
    fields: Fields
    where: str
    spot: Spot
    """In which file, and under which keys there."""
    was: str | None = None
    id: int | str | None = None
    inside: "Wish | None" = None
    """The team or event type that it is in."""
    organisation: bool = False
    read_only: Fields = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What people call it: the way to it."""
        above = self.inside.key if self.inside else ORGANISATION if self.organisation else ""
        return f"{above}/{self.name}" if above else self.name

    @property
    def keys(self) -> set[str]:
        """What it may be called at Cal.com: it, and what it is in, may have had other names."""
        above = self.inside.keys if self.inside else {ORGANISATION} if self.organisation else {""}
        return {f"{one}/{name}" if one else name for one in above for name in (self.name, self.was) if name is not None}


@dataclass(frozen=True)
class Owned:
    """A list that the file owns as a whole: what is at Cal.com and not in it goes."""

    kind: Kind
    inside: Wish | None = None
    organisation: bool = False


@dataclass(frozen=True)
class Wishes:
    """Everything that the file asks for, which lists it owns as a whole, and what has to be read for that."""

    objects: tuple[Wish, ...]
    whole: tuple[Owned, ...]
    scope: Scope
    organisation: str = ""
    """Where the block of the organisation begins; empty when there is none."""


def wishes(config: Config, around: Surroundings) -> Wishes:
    """What a file asks for. Raises `ConfigError` for what is wrong between its parts."""
    return _Gathering(config, around).wishes()


class _Gathering:
    """Walks through the file once."""

    def __init__(self, config: Config, around: Surroundings) -> None:
        self._config = config
        self._around = around
        found = config.one("eventTypeDefaults")
        self._defaults = found[1].said() if found else {}
        self._objects: list[Wish] = []
        self._whole: list[Owned] = []

    def wishes(self) -> Wishes:
        config = self._config
        unlisted = next((document.said.unlisted for document in config.documents if document.said.unlisted), Unlisted())
        kinds = {kind for section, kind in SECTIONS.items() if config.owns(section)} | ({Kind.ME} if config.owns("me") else set())
        self._whole += (Owned(kind) for section, kind in SECTIONS.items() if config.owns(section) and getattr(unlisted, section) == "delete")
        if me := config.one("me"):
            self._me(*me)
        row: Any
        for document, place, row in config.rows("schedules"):
            self._schedule(document, place, row)
        for document, place, row in config.rows("eventTypes"):
            self._event_type(document, ("eventTypes", place), row, None)
        for document, place, row in config.rows("teams"):
            self._team(document, ("teams", place), row, organisation=False)
        organisation = config.one(ORGANISATION)
        if organisation:
            self._organisation(*organisation)
        for document, place, row in config.rows("webhooks"):
            self._webhook(document, ("webhooks", place), row, None)
        _refuse_doubles(self._objects)
        calendar = any(wish.kind == Kind.ME and "destinationCalendar" in wish.fields for wish in self._objects)
        scope = Scope(frozenset(kinds), organisation is not None, calendar, self._everywhere(), self._inside())
        return Wishes(tuple(self._objects), tuple(self._whole), scope, organisation[0].at(ORGANISATION) if organisation else "")

    def _everywhere(self) -> frozenset[Kind]:
        return frozenset(kind for section, kind in _LISTS_OF_A_TYPE.items() if section in self._defaults)

    def _inside(self) -> frozenset[tuple[Kind, str]]:
        lists = [(owned.kind, owned.inside) for owned in self._whole if owned.kind in _LISTS_OF_A_TYPE.values()]
        return frozenset((kind, key) for kind, inside in lists if inside for key in inside.keys)

    def _me(self, document: Document, me: Me) -> None:
        self._objects.append(Wish(Kind.ME, "me", _owned(me.said()), *_at(document, "me"), read_only=_read_only(me)))

    def _schedule(self, document: Document, place: int, row: Schedule) -> None:
        self._objects.append(Wish(Kind.SCHEDULE, row.name, _owned(row.said()), *_at(document, "schedules", place), row.was, row.id))

    def _event_type(self, document: Document, keys: tuple[int | str, ...], row: Any, team: Wish | None) -> None:
        kind = Kind.EVENT_TYPE if team is None else Kind.TEAM_EVENT_TYPE
        wish = Wish(kind, row.slug, _owned({**self._defaults, **row.said()}), *_at(document, *keys), row.was, None, team, read_only=_read_only(row))
        self._objects.append(wish)
        if isinstance(row, TeamEventType) and row.privateLinks and team is not None and not team.organisation:
            where = document.at(*keys, "privateLinks")
            raise ConfigError(f"{where}: privateLinks cannot stand here: Cal.com's API knows them of own event types and of an organisation's teams only.")
        lists = {"webhooks": row.webhooks, "privateLinks": row.privateLinks}
        for section, rows in lists.items():
            listed = rows if section in row.model_fields_set else self._defaults.get(section)
            if listed is not None:
                self._whole.append(Owned(_LISTS_OF_A_TYPE[section], wish))
        for place, each in enumerate(row.webhooks or ()):
            self._webhook(document, (*keys, "webhooks", place), each, wish)
        for place, each in enumerate(row.privateLinks or ()):
            self._link(document, (*keys, "privateLinks", place), each, wish)

    def _team(self, document: Document, keys: tuple[int | str, ...], team: Team, *, organisation: bool) -> None:
        wish = Wish(Kind.TEAM, team.slug, _owned(team.said()), *_at(document, *keys), team.was, organisation=organisation)
        self._objects.append(wish)
        self._members(document, keys, team.members, wish, organisation=False)
        if team.eventTypes is not None:
            self._whole.append(Owned(Kind.TEAM_EVENT_TYPE, wish))
        for place, row in enumerate(team.eventTypes or ()):
            self._event_type(document, (*keys, "eventTypes", place), row, wish)

    def _members(self, document: Document, keys: tuple[int | str, ...], members: list[Member] | None, team: Wish | None, *, organisation: bool) -> None:
        if members is not None:
            self._whole.append(Owned(Kind.MEMBERSHIP, team, organisation))
        for place, row in enumerate(members or ()):
            fields = _owned({"role": row.role, **{name: value for name, value in row.said().items() if value is not None}})
            spot = _at(document, *keys, INNER_SECTIONS[Kind.MEMBERSHIP], place)
            self._objects.append(Wish(Kind.MEMBERSHIP, row.email, fields, *spot, None, None, team, organisation))

    def _organisation(self, document: Document, said: Any) -> None:
        keys = (ORGANISATION,)
        self._members(document, keys, said.members, None, organisation=True)
        for section, kind in (("teams", Kind.TEAM), ("webhooks", Kind.WEBHOOK)):
            if getattr(said, section) is not None:
                self._whole.append(Owned(kind, None, organisation=True))
        for place, team in enumerate(said.teams or ()):
            self._team(document, (*keys, "teams", place), team, organisation=True)
        for place, row in enumerate(said.webhooks or ()):
            self._webhook(document, (*keys, "webhooks", place), row, None, organisation=True)

    def _webhook(self, document: Document, keys: tuple[int | str, ...], row: Webhook, inside: Wish | None, *, organisation: bool = False) -> None:
        around = self._around
        if row.secret and not around.secret(row.secret):
            raise ConfigError(f"{document.at(*keys, 'secret')}: secret names the setting {row.secret}, which is not set.")
        address = around.address(row.subscriberUrl)
        said = _owned({"active": row.active, **row.said(), "subscriberUrl": address})
        was = around.address(row.was) if row.was else None
        self._objects.append(Wish(Kind.WEBHOOK, address, said, *_at(document, *keys), was, row.id, inside, organisation))

    def _link(self, document: Document, keys: tuple[int | str, ...], row: PrivateLink, inside: Wish) -> None:
        fields = {"expiresAt": links.moment(row.expiresAt) if row.expiresAt else None, "maxUsageCount": row.maxUsageCount}
        self._objects.append(Wish(Kind.PRIVATE_LINK, row.link or links.label(fields), fields, *_at(document, *keys), inside=inside))


def _at(document: Document, *keys: int | str) -> tuple[str, Spot]:
    return document.at(*keys), (document.path, keys)


def _owned(said: dict[str, Any]) -> Fields:
    return normal.fields({name: value for name, value in said.items() if name not in _ABOUT_ITSELF})


def _read_only(row: Any) -> Fields:
    if row.readOnly is None:
        return {}
    said = row.readOnly.said()
    return {name: (value or 0) if name == "price" else value is True if name == "isInstantEvent" else value or None for name, value in said.items()}


def _refuse_doubles(found: list[Wish]) -> None:
    seen: dict[tuple[Kind, str, int | str | None], Wish] = {}
    for wish in found:
        first = seen.setdefault((wish.kind, wish.key, wish.id), wish)
        if first is not wish and not (wish.kind == Kind.PRIVATE_LINK and wish.name == links.label(wish.fields)):
            raise ConfigError(f"{wish.where}: {wish.key} stands here a second time (first in {first.where}): keep one of them.")
