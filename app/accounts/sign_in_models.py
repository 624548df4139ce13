"""What signing in leaves behind: sessions, single-use links, second factors, recovery codes, wrong guesses."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Stage(StrEnum):
    """How far a session has come."""

    CODE = "code"
    """The password was right; the code of the second factor is still to come. Opens nothing."""
    FULL = "full"


class StaffSession(Model):
    """One browser in which somebody has signed in."""

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_staff_id_seen_at", "staff_id", "seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("admin_user.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of what the browser holds."""
    stage: Mapped[str]
    how: Mapped[str]
    """What opened it: `password`, `link`, `invitation`."""
    device: Mapped[str]
    """As people say it: `Firefox on Windows`."""
    network: Mapped[str]
    """Shortened, so that it tells a place and not a person."""
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """To within a few minutes: not every page writes."""
    ended_at: Mapped[datetime | None]


class Purpose(StrEnum):
    """What a mailed link is good for."""

    SIGN_IN = "sign_in"
    INVITATION = "invitation"


class StaffLink(Model):
    """A mailed link that works once."""

    __tablename__ = "staff_link"
    __table_args__ = (Index("ix_staff_link_staff_id_purpose", "staff_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("admin_user.id"))
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the 32 random bytes in the link."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """Also set when it was withdrawn: either way it opens nothing any more."""


class SecondFactor(Model):
    """Somebody's authenticator app. Secrets are sealed."""

    __tablename__ = "second_factor"

    staff_id: Mapped[int] = mapped_column(ForeignKey("admin_user.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(default="")
    """In use; empty until a first code has shown that the app has it."""
    pending: Mapped[str] = mapped_column(default="")
    """Shown to the person, not yet confirmed by a code."""
    counter: Mapped[int] = mapped_column(default=0)
    """The time step of the last code that was used: each works once."""
    since: Mapped[datetime | None]


class RecoveryCode(Model):
    """One of ten codes for the day the phone is gone; each works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_staff_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("admin_user.id"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class GuessWindow(Model):
    """The guesses of the last quarter of an hour under one key, for all processes together."""

    __tablename__ = "guess_window"
    __table_args__ = (Index("ix_guess_window_last_at", "last_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    moments: Mapped[list[Any]] = mapped_column(default=list)
    """Seconds since 1970, oldest first; never more than the bound allows."""
    act_id: Mapped[int | None]
    """The line among the acts of staff that speaks of them."""
    last_at: Mapped[datetime]


class FailedSignIn(Model):
    """How many wrong guesses a line among the acts of staff stands for: counted, not one line each."""

    __tablename__ = "failed_sign_in"

    act_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    last_at: Mapped[datetime]
