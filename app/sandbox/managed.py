"""People whom a platform manages, and their tokens: an access token lives an hour, a refresh makes the old pair worthless."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.sandbox.catalogue import Host

_ACCESS, _REFRESH = timedelta(minutes=60), timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both tokens and how long they live."""

    access: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    refresh: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    access_until: datetime
    refresh_until: datetime


@dataclass(kw_only=True, eq=False)
class Managed:
    """One managed person."""

    client: str
    host: Host
    made_at: datetime
    pair: Pair


class ManagedPeople:
    """All managed people of all clients."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._people: list[Managed] = []

    def of(self, client: str) -> list[Managed]:
        """The people of one client, oldest first."""
        with self._lock:
            return [one for one in self._people if one.client == client]

    def add(self, client: str, host: Host, now: datetime) -> Managed:
        """A further person with a first pair of tokens."""
        made = Managed(client=client, host=host, made_at=now, pair=_pair(now))
        with self._lock:
            self._people.append(made)
        return made

    def renew(self, one: Managed, now: datetime) -> Pair:
        """A new pair; the old one is worthless."""
        with self._lock:
            one.pair = _pair(now)
            return one.pair

    def with_refresh(self, client: str, token: str, now: datetime) -> Managed | None:
        """Whose refresh token this is, while it is good."""
        with self._lock:
            found = (one for one in self._people if one.client == client and secrets.compare_digest(one.pair.refresh, token))
            return next((one for one in found if one.pair.refresh_until > now), None)

    def with_access(self, token: str) -> Managed | None:
        """Whose access token this is; it may have run out."""
        with self._lock:
            return next((one for one in self._people if secrets.compare_digest(one.pair.access, token)), None)

    def forget(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._people.clear()


def _pair(now: datetime) -> Pair:
    return Pair(access_until=now + _ACCESS, refresh_until=now + _REFRESH)
