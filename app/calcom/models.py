"""What all processes must agree on about Cal.com's API: the pace of a key, and the tokens of managed users."""

from datetime import datetime

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
