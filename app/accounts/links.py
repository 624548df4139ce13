"""Mailed links that work once: 32 random bytes travel, their SHA-256 is kept, one conditional UPDATE decides who was first.

A link is asked for in the transaction that also asks for its mail; the token waits in the outbox row sealed, so that
neither a copy of the database nor anybody who looks at mails in the admin area can use it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import AdminUser
from app.accounts.sessions import digest
from app.accounts.sign_in_models import Purpose, StaffLink
from app.db import db
from app.outbox.publish import Wanted, publish
from app.outbox.topics import Topic
from app.sealing import Seal

SEAL_PURPOSE = "mailed link"
LIFETIME = {Purpose.SIGN_IN: timedelta(minutes=15), Purpose.INVITATION: timedelta(days=7)}
KINDS = {Purpose.SIGN_IN: Topic.SIGN_IN_LINK, Purpose.INVITATION: Topic.STAFF_INVITATION}
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Post:
    """What a link's mail needs besides the link."""

    seal: Seal
    message_domain: str
    locale: str = ""
    """Language of the reader, as far as it is known."""
    by: str = ""
    """Who invites."""


def send(session: Session, user: AdminUser, *, purpose: Purpose, post: Post) -> StaffLink:
    """A new link, on its way to this person by mail. Invitations before it stop working."""
    if purpose == Purpose.INVITATION:
        withdraw(session, staff_id=user.id, purpose=purpose)
    token, now = secrets.token_urlsafe(32), clock.now()
    link = StaffLink(staff_id=user.id, purpose=purpose, token_hash=digest(token), made_at=now, expires_at=now + LIFETIME[purpose])
    session.add(link)
    session.flush()
    data = {"sealed": post.seal.close(token), "until": link.expires_at.isoformat(), "name": user.name, "locale": post.locale, "by": post.by, "role": user.role}
    wanted = Wanted(f"{KINDS[purpose]}:{link.id}", KINDS[purpose], user.email, data)
    publish(session, [wanted], booking_id=None, message_domain=post.message_domain)
    return link


def look(token: str, *, purpose: Purpose) -> AdminUser | None:
    """Whose link this is, if it would work now; nothing is used up."""
    mine = select(AdminUser).join(StaffLink, StaffLink.staff_id == AdminUser.id).where(StaffLink.token_hash == digest(token), *_alive(purpose))
    return db.session.scalar(mine.where(AdminUser.active.is_(True)))


def redeem(session: Session, token: str, *, purpose: Purpose) -> AdminUser | None:
    """Whose link this was: it is used up from now on, and so are the others of its kind. None when it does not work (any more)."""
    mine = StaffLink.token_hash == digest(token)
    used = update(StaffLink).where(mine, *_alive(purpose)).values(used_at=clock.now())
    if not session.connection().execute(used).rowcount:
        return None
    user = session.scalar(select(AdminUser).join(StaffLink, StaffLink.staff_id == AdminUser.id).where(mine, AdminUser.active.is_(True)))
    if user is not None:
        withdraw(session, staff_id=user.id, purpose=purpose)
    return user


def withdraw(session: Session, *, staff_id: int, purpose: Purpose | None = None) -> None:
    """Links of this person (of one purpose) do not work any more."""
    unused = update(StaffLink).where(StaffLink.staff_id == staff_id, StaffLink.used_at.is_(None))
    session.execute((unused.where(StaffLink.purpose == purpose) if purpose else unused).values(used_at=clock.now()))


def invited_until() -> dict[int, datetime]:
    """Until when the invitations that have not been accepted can be, by the number of the person."""
    return {link.staff_id: link.expires_at for link in db.session.scalars(select(StaffLink).where(*_alive(Purpose.INVITATION)))}


def forget_old(session: Session) -> None:
    """Removes links that stopped working long ago."""
    session.execute(delete(StaffLink).where(StaffLink.expires_at < clock.now() - KEPT))


def _alive(purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return (StaffLink.purpose == purpose, StaffLink.used_at.is_(None), StaffLink.expires_at > clock.now())
