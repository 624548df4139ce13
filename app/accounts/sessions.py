"""Sessions of staff as rows, so that each can be seen and ended.

The browser holds 32 random bytes, the row their SHA-256. A session has a new token whenever it may do more than before:
at sign-in, after the second factor, when the second factor is switched on. What opens nothing yet (the step between
password and code) is a row of its own kind that `of_token` does not give out, so no page can mistake it for a person.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import AdminUser
from app.accounts.sign_in_models import StaffSession, Stage
from app.db import db, write_one

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
CODE_WITHIN = timedelta(minutes=10)
"""How long the step between password and code stays open."""
NOTICED_EVERY = timedelta(minutes=5)
"""A page writes down that somebody was here at most so often."""
KEPT = timedelta(days=30)
"""Ended sessions are forgotten after that; what was done in them stays among the acts."""


@dataclass(frozen=True)
class Browser:
    """What is known of the browser that signs in."""

    device: str
    network: str


def begin(session: Session, *, staff_id: int, how: str, browser: Browser, stage: Stage = Stage.FULL) -> str:
    """The token of a new session."""
    token, now = secrets.token_urlsafe(32), clock.now()
    row = {"staff_id": staff_id, "token_hash": digest(token), "stage": stage, "how": how, "begun_at": now, "seen_at": now}
    session.add(StaffSession(**row, device=browser.device, network=browser.network))
    session.flush()
    return token


def of_token(token: str, *, stage: Stage = Stage.FULL) -> tuple[StaffSession, AdminUser] | None:
    """The session with this token and whose it is; None when it has ended, grown old, or the account is switched off."""
    now = clock.now()
    idle, absolute = (IDLE, ABSOLUTE) if stage == Stage.FULL else (CODE_WITHIN, CODE_WITHIN)
    alive = (StaffSession.stage == stage, StaffSession.ended_at.is_(None), StaffSession.seen_at > now - idle, StaffSession.begun_at > now - absolute)
    both = select(StaffSession, AdminUser).join(AdminUser, AdminUser.id == StaffSession.staff_id)
    found = db.session.execute(both.where(StaffSession.token_hash == digest(token), *alive, AdminUser.active.is_(True))).first()
    return (found[0], found[1]) if found is not None else None


def notice(row: StaffSession) -> None:
    """Writes down that somebody was here, unless that was done a moment ago. Not worth waiting for the disk."""
    number, now = row.id, clock.now()
    if now - row.seen_at > NOTICED_EVERY:
        write_one(update(StaffSession).where(StaffSession.id == number).values(seen_at=now), durable=False)


def open_of(staff_id: int) -> Sequence[StaffSession]:
    """Where this person is signed in, the latest first."""
    now = clock.now()
    alive = (StaffSession.stage == Stage.FULL, StaffSession.ended_at.is_(None), StaffSession.seen_at > now - IDLE, StaffSession.begun_at > now - ABSOLUTE)
    return db.session.scalars(select(StaffSession).where(StaffSession.staff_id == staff_id, *alive).order_by(StaffSession.seen_at.desc())).all()


def end(session: Session, *, token: str) -> None:
    """Ends the session with this token."""
    mine = StaffSession.token_hash == digest(token)
    session.execute(update(StaffSession).where(mine, StaffSession.ended_at.is_(None)).values(ended_at=clock.now()))


def end_one(session: Session, *, staff_id: int, number: int) -> bool:
    """Ends one session of this person; whether there was such a one."""
    mine = (StaffSession.id == number, StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    return bool(session.connection().execute(update(StaffSession).where(*mine).values(ended_at=clock.now())).rowcount)


def end_all(session: Session, *, staff_id: int, but: str = "") -> int:
    """Ends every session of this person but the one with this token; how many had been open."""
    mine = (StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.token_hash != digest(but))
    return session.connection().execute(update(StaffSession).where(*mine).values(ended_at=clock.now())).rowcount


def forget_old(session: Session) -> None:
    """Removes what ended, or can no longer be alive, long ago."""
    session.execute(delete(StaffSession).where(StaffSession.begun_at < clock.now() - ABSOLUTE - KEPT))


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
