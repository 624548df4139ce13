"""What Cal.com's API says of an account: who it is, its teams, its webhooks, its private links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where in an account something is: in an organisation, a team, an event type, or in none of them."""

    organisation: int | None = None
    team: int | None = None
    event_type: int | None = None


ACCOUNT = Home()
"""What belongs to the account itself."""


@dataclass(frozen=True, kw_only=True)
class Me:
    """Whose key this is."""

    id: int
    username: str
    email: str = field(repr=False)
    name: str = field(default="", repr=False)
    time_zone: str = "UTC"
    week_start: str = ""
    time_format: int | None = None
    """12 or 24."""
    default_schedule_id: int | None = None
    organisation_id: int | None = None
    bio: str = field(default="", repr=False)
    avatar_url: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Team:
    """A team, or an organisation."""

    id: int
    name: str
    slug: str = ""
    parent_id: int | None = None
    organisation: bool = False
    time_zone: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Everything Cal.com said, for configuration as code."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody in a team or an organisation."""

    user_id: int
    membership_id: int | None = None
    role: str = ""
    """`MEMBER`, `ADMIN`, `OWNER`."""
    accepted: bool = True
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    username: str = ""
    time_zone: str = ""
    no_impersonation: bool = False
    """Whether administrators may not sign in as this person."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A subscription to deliveries."""

    id: str
    """A number at some installations, a text at others; a text here."""
    url: str
    triggers: tuple[str, ...]
    active: bool
    secret: str = field(default="", repr=False)
    """In clear, as Cal.com answers; empty when none is set."""
    template: str = field(default="", repr=False)
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class PrivateLink:
    """A way to book that only those know who were given it: until a moment, or so many times."""

    id: str = field(repr=False)
    """The end of its address: a secret, as the link is."""
    expires_at: datetime | None = None
    most_uses: int | None = None
    uses: int = 0
    expired: bool = False


@dataclass(frozen=True, kw_only=True)
class DestinationCalendar:
    """Where bookings are written."""

    integration: str
    """Such as `google_calendar`."""
    external_id: str = field(repr=False)
