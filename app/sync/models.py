"""One comparison of our bookings with Cal.com's: how far it is, what it found, why it stopped."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class RunKind(StrEnum):
    """How much a run reads."""

    FIRST = "first"
    """Everything there is, in silence: people were told by others before we came."""
    CHANGES = "changes"
    """What Cal.com made or changed since the last run."""
    DAILY = "daily"
    """The same, and everything upcoming: that finds what is missing there."""
    FULL = "full"
    """Everything there is, again."""
    SINCE = "since"
    """What Cal.com made or changed since a moment that somebody named."""


class RunState(StrEnum):
    """Where a run stands."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It stopped; `error` says why. The next run goes on where it stopped."""


class SyncRun(Model):
    """One run; its cursor is committed together with what was read, so that a killed one goes on."""

    __tablename__ = "sync_run"
    __table_args__ = (Index("ix_sync_run_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cause: Mapped[str] = mapped_column(default="")
    """Who asked for it: `start`, `clock`, `command`, `admin:<name>`."""
    state: Mapped[str] = mapped_column(default=RunState.ASKED)
    step: Mapped[str] = mapped_column(default="")
    """Which of its readings it is at: `created`, `updated`, `upcoming`, `doubts`."""
    cursor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Where in that reading: `{after, skip, last}`."""
    doubts: Mapped[list[Any]] = mapped_column(default=list)
    """Uids that have to be looked at one by one before the run ends."""
    since: Mapped[datetime | None]
    """The moment that somebody named."""
    requests: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    """Bookings of ours that Cal.com does not know any more."""
    ignored: Mapped[int] = mapped_column(default=0)
    """Rows that the key sees and that are not ours."""
    unreadable: Mapped[int] = mapped_column(default=0)
    verified: Mapped[int | None]
    """Upcoming bookings that stand as they do at Cal.com, when the run ended."""
    verified_of: Mapped[int | None]
    """Upcoming bookings of ours, when the run ended."""
    seen_updated_at: Mapped[datetime | None]
    """The newest change that was read, by Cal.com's clock."""
    seen_created_at: Mapped[datetime | None]
    """The newest booking that was read, by Cal.com's clock."""
    repaired: Mapped[list[Any] | None]
    """Row numbers of bookings that it made or changed, so far as a page can show them: what lost deliveries would have said."""
    note: Mapped[str] = mapped_column(default="")
    """What the owner should know of a run that ended well."""
    error: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    """Machine and process that carry it out."""
    token: Mapped[str] = mapped_column(default="")
    """Changes hands with the run: who has another one may not write."""
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def read(self) -> int:
        """How many rows of Cal.com's were looked at."""
        return self.created + self.changed + self.same + self.ignored + self.unreadable
