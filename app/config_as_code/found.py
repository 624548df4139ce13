"""What was found at Cal.com, as values that can be compared with the file, and how far somebody wants to look."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.calcom.account import ACCOUNT, Home
from app.config_as_code.kinds import Fields, Kind

TOP = frozenset({Kind.ME, Kind.SCHEDULE, Kind.TEAM, Kind.EVENT_TYPE, Kind.WEBHOOK})
INNER = (Kind.WEBHOOK, Kind.PRIVATE_LINK)
"""The lists of an event type."""


@dataclass(frozen=True)
class Found:
    """One object of the account. Its `fields` are in normal form and hold everything that the API can set."""

    kind: Kind
    name: str
    """Its natural key, among those of its kind that are in the same place."""
    fields: Fields
    id: int | str | None = field(default=None, repr=False)
    home: Home = ACCOUNT
    above: str = ""
    """The key of what it is in, for people."""
    read_only: Fields = field(default_factory=dict)
    ambiguous: bool = False
    """Others have the same name; only the number tells them apart."""

    @property
    def key(self) -> str:
        """What people call it: the way to it."""
        return f"{self.above}/{self.name}" if self.above else self.name

    @property
    def inner(self) -> Home:
        """Where that is which it holds."""
        if self.kind not in {Kind.TEAM, Kind.EVENT_TYPE, Kind.TEAM_EVENT_TYPE} or self.id is None:
            return self.home
        return replace(self.home, team=int(self.id)) if self.kind == Kind.TEAM else replace(self.home, event_type=int(self.id))

    def holds(self, kind: Kind) -> bool:
        """Whether Cal.com's API knows such a list inside this one: of private links not for the event types of plain teams."""
        return kind != Kind.PRIVATE_LINK or self.home.team is None or self.home.organisation is not None


@dataclass(frozen=True)
class Account:
    """What was found, and the people who can be named by their address."""

    objects: tuple[Found, ...]
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """E-mail address → Cal.com's number."""
    organisation: int | None = None
    """The number of the organisation that this account may lead; None for most."""
    lists: frozenset[tuple[Kind, Home]] = frozenset()
    """The lists inside event types that were read, be they empty."""

    def of(self, kind: Kind, home: Home = ACCOUNT) -> list[Found]:
        """All of a kind in one place."""
        return [each for each in self.objects if each.kind == kind and each.home == home]


@dataclass(frozen=True)
class Scope:
    """What is to be read; nothing else is asked for."""

    kinds: frozenset[Kind] = TOP
    """Of the account itself. A team comes with its people and event types."""
    organisation: bool = True
    calendar: bool = True
    """Whether the calendar that bookings go to is asked for: that takes Cal.com a while."""
    everywhere: frozenset[Kind] = frozenset(INNER)
    """Lists that are read of each event type."""
    inside: frozenset[tuple[Kind, str]] = frozenset()
    """Lists that are read of single event types, by their keys."""

    def asks(self, kind: Kind, of: Found) -> bool:
        """Whether this list of an event type is wanted."""
        return of.holds(kind) and (kind in self.everywhere or (kind, of.key) in self.inside)


EVERYTHING = Scope()
