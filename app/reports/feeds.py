"""The secret address under which a calendar program reads somebody's bookings: made, made anew, ended.

Calendar programs cannot sign in, so the address is the key: 32 random bytes, kept as a digest, shown once. It sees what
its owner sees at the moment it is asked, so a host's shows the own bookings only, and it ends with the account. One for
each person: a second one would only be one more to forget. When not to use it: to give a client their own bookings.
"""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.accounts.models import AdminUser
from app.db import Model, db, one_writer

RANDOM_BYTES = 32
TOPIC = 7307
"""Two tabs that ask for a new address wait for each other."""


class CalendarFeed(Model):
    """The calendar address of a staff member: at most one. The address itself is known to its owner alone."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("admin_user.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the token in the address."""
    created_at: Mapped[datetime]


def renew(session: Session, *, staff_id: int) -> str:
    """A new token for this person; the one before it, if any, ends with it."""
    one_writer(session, TOPIC)
    revoke(session, staff_id=staff_id)
    token = secrets.token_urlsafe(RANDOM_BYTES)
    session.add(CalendarFeed(staff_id=staff_id, token_hash=_digest(token), created_at=clock.now()))
    session.flush()
    return token


def revoke(session: Session, *, staff_id: int) -> bool:
    """Ends the address of this person; whether there was one."""
    ended = session.scalars(delete(CalendarFeed).where(CalendarFeed.staff_id == staff_id).returning(CalendarFeed.id)).all()
    return bool(ended)


def of(staff_id: int) -> CalendarFeed | None:
    """This person's address, as far as it is known here; None while there is none."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.staff_id == staff_id))


def owner_of(token: str) -> AdminUser | None:
    """Whose address this is; None when it was ended, never was, or the account is closed."""
    query = select(AdminUser).join(CalendarFeed, CalendarFeed.staff_id == AdminUser.id)
    return db.session.scalar(query.where(CalendarFeed.token_hash == _digest(token), AdminUser.active.is_(True)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
