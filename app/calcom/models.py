"""What all processes must agree on about Cal.com: the pace of a key, tokens of managed users, secrets made new at run time."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class CalcomPace(Model):
    """What is known of a key's limit of requests; written by `pace_store.py` only."""

    __tablename__ = "calcom_pace"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    """Nobody gets the key back from it."""
    state: Mapped[str]
    """JSON."""


class ManagedUser(Model):
    """Somebody whom we manage at Cal.com as a platform, with the tokens to act for them."""

    __tablename__ = "managed_user"
    __table_args__ = (UniqueConstraint("client_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    """The OAuth client the tokens belong to."""
    email: Mapped[str]
    """Lower case."""
    calcom_id: Mapped[int | None]
    access_token: Mapped[str] = mapped_column(default="")
    """Sealed, as is the next."""
    refresh_token: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    """Of the access token; the refresh token lives for a year and changes with each use."""
    refresh_expires_at: Mapped[datetime | None]
    lease: Mapped[str] = mapped_column(default="")
    """Who refreshes now: two at a time would make each other's token worthless."""
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SecretChange(Model):
    """A secret that was made new while the site runs: it counts beside what the settings say, and later instead of it.

    A row and not a file or a setting: the environment of a running process cannot be changed from outside, and all processes on all
    machines share the database. `secret_changes.py` says what follows from a row.
    """

    __tablename__ = "secret_change"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The setting whose value it takes the place of."""
    state: Mapped[str]
    value: Mapped[str] = mapped_column(default="")
    """The new one, sealed."""
    before: Mapped[str] = mapped_column(default="")
    """A list of those that were in force before, newest first, sealed: they count as well until `drop_at`."""
    retiring: Mapped[list[Any]] = mapped_column(default=list)
    """Footprints of those that are refused from `drop_at` on."""
    retired: Mapped[list[Any]] = mapped_column(default=list)
    """Footprints of those that are refused already, from earlier changes."""
    overlap_seconds: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    """What hinders the change, in a sentence for the owner."""
    started_at: Mapped[datetime]
    set_at: Mapped[datetime | None]
    """Since when Cal.com uses the new one."""
    proven_at: Mapped[datetime | None]
    drop_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """When Cal.com itself will refuse it, as far as that is known."""
