"""What is wrong now, and since when each secret is in use."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Alarm(Model):
    """A row is here for as long as its cause lasts, and for a while after, so that what comes and goes rings once."""

    __tablename__ = "alarm"

    cause: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its sentence is made of: numbers, names of settings; nothing personal."""
    good_since: Mapped[datetime | None]
    """Since when the cause has not been seen any more."""


class SecretSeen(Model):
    """When a value of a secret was first in use here; the value itself cannot be found out from this."""

    __tablename__ = "secret_seen"

    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    """The setting."""
    first_seen_at: Mapped[datetime]
