"""Tokens for owners' scripts: made once, shown once, kept as a digest, ended at once.

Decisions that stand here:

* 32 random bytes behind a prefix that secret scanners can look for. So SHA-256 is enough: there is nothing to guess.
* A token never outlives its maker: it works while the person who made it is an active owner, and no longer.
* When it was last used is written once an hour at most and never waited for: it is there to find tokens nobody needs.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.accounts.models import AdminUser, Role
from app.away import DatabaseBusy
from app.db import Model, db, write_one

PREFIX = "frontdesk_"
RANDOM_BYTES = 32
HINT = 6
"""Letters after the prefix that stay readable, so that people can tell their tokens apart."""
LONGEST_NAME = 80
USED = timedelta(hours=1)


class Scope(StrEnum):
    """What a token is good for."""

    BOOKINGS = "read:bookings"
    """Bookings without who they are about."""
    PERSONAL = "read:personal"
    """Names, addresses, titles, places and metadata of these bookings as well."""
    UIDS = "read:uids"
    """The uids too: who knows one can move and cancel the booking at Cal.com."""
    SYNC = "sync"
    """Start comparisons with Cal.com and see how far they are."""


class ApiToken(Model):
    """A token of an owner for a program."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("admin_user.id"), index=True)
    name: Mapped[str]
    """What it is for, in the words of its maker."""
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the token; the token itself is nowhere."""
    hint: Mapped[str]
    """Its first letters."""
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """Empty: it works until somebody revokes it."""
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class BadToken(Exception):
    """A token cannot be made like this; `field` names what to change, the text says how."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class Refused(Exception):
    """The token opens nothing; the text says why."""


@dataclass(frozen=True)
class Holder:
    """A program that has shown a good token."""

    number: int
    staff_id: int
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Listed:
    """A token as a page shows it, with who made it."""

    token: ApiToken
    maker: AdminUser

    @property
    def state(self) -> str:
        """`active`, `expired`, `revoked`, or `orphaned` when its maker is no active owner any more."""
        if self.token.revoked_at is not None:
            return "revoked"
        if not (self.maker.active and self.maker.role == Role.OWNER):
            return "orphaned"
        return "expired" if self.token.expires_at is not None and self.token.expires_at <= clock.now() else "active"


def issue(session: Session, *, staff_id: int, name: str, scopes: Collection[str], days: int | None) -> tuple[ApiToken, str]:
    """The row and the token itself, which nobody can be shown again. Raises `BadToken`."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadToken("name", f"Say in up to {LONGEST_NAME} letters what the token is for.")
    if not scopes or not set(scopes) <= set(Scope):
        raise BadToken("scopes", "Choose at least one thing that the token may do.")
    if Scope.BOOKINGS not in scopes and {Scope.PERSONAL, Scope.UIDS} & set(scopes):
        raise BadToken("scopes", "Personal data and uids come with bookings: choose those as well.")
    if days is not None and not 1 <= days <= 3650:
        raise BadToken("days", "Choose between 1 and 3,650 days.")
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    now = clock.now()
    token = ApiToken(
        staff_id=staff_id, name=name, digest=_digest(secret), hint=secret[: len(PREFIX) + HINT], scopes=sorted(set(scopes)),
        created_at=now, expires_at=now + timedelta(days=days) if days else None,
    )  # fmt: skip
    session.add(token)
    session.flush()
    return token, secret


def holder_of(secret: str) -> Holder:
    """Who shows this token. Raises `Refused` with the reason."""
    found = db.session.execute(_with_makers().where(ApiToken.digest == _digest(secret))).first()
    if found is None:
        raise Refused("There is no such token.")
    listed = Listed(*found)
    why = {
        "revoked": "The token was revoked.",
        "expired": "The token has expired.",
        "orphaned": "Whoever made the token is no active owner any more.",
    }.get(listed.state)
    if why:
        raise Refused(why)
    token = listed.token
    holder = Holder(token.id, token.staff_id, token.name, frozenset(token.scopes))
    if token.last_used_at is None or clock.now() - token.last_used_at >= USED:
        _note_use(holder.number)
    return holder


def revoke(session: Session, number: int) -> ApiToken | None:
    """Ends a token from this commit on; None when there is none, or it was ended before."""
    token = session.get(ApiToken, number, with_for_update=True)
    if token is None or token.revoked_at is not None:
        return None
    token.revoked_at = clock.now()
    session.flush()
    return token


def everything() -> Sequence[Listed]:
    """All tokens, newest first."""
    return [Listed(*row) for row in db.session.execute(_with_makers().order_by(ApiToken.id.desc()))]


def _with_makers() -> Any:
    return select(ApiToken, AdminUser).join(AdminUser, AdminUser.id == ApiToken.staff_id)


def _note_use(number: int) -> None:
    """Several programs at once write it once."""
    now = clock.now()
    rarely = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - USED)
    db.session.rollback()
    try:
        write_one(update(ApiToken).where(ApiToken.id == number, rarely).values(last_used_at=now), durable=False)
    except DatabaseBusy:
        db.session.rollback()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
