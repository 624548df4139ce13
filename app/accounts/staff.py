"""Staff accounts: create, find, check a password in equal time whether or not the person exists, change what they may do."""

from base64 import b64encode
from collections.abc import Sequence
from secrets import token_bytes

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.accounts import sessions
from app.accounts.models import AdminUser, Role
from app.db import db, one_writer

MIN_PASSWORD = 10
LONGEST_PASSWORD = 1000
TOPIC = 7303
"""Two owners who demote each other, or invite the same person, at the same moment wait for each other."""
_hasher = PasswordHasher()


def of_nobody(hasher: PasswordHasher) -> str:
    """A digest that no password has, and that takes as long to check as any other. Made up: to work one out would cost each start a tenth of a second."""
    salt, digest = (b64encode(token_bytes(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v={ARGON2_VERSION}$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


_NOBODY = of_nobody(_hasher)


class BadAccount(Exception):
    """The account cannot be made or changed like this; the text says what to change."""


class LastOwner(BadAccount):
    """Without this person nobody could manage staff any more."""


def create(session: Session, *, email: str, password: str, name: str = "", role: Role = Role.OWNER) -> AdminUser:
    """The new staff member, or the existing one with this address and a new password (switched on, all sessions end).

    Raises `BadAccount` for an address or a password that will not do.
    """
    address = address_of(email)
    _check_new_password(password)
    user = session.scalar(select(AdminUser).where(AdminUser.email == address))
    if user is None:
        user = AdminUser(email=address, created_at=clock.now())
        session.add(user)
    user.active = True
    user.name, user.role, user.password_hash = name or user.name or address.partition("@")[0], role, _hasher.hash(password)
    session.flush()
    sessions.end_all(session, staff_id=user.id)
    return user


def invite(session: Session, *, email: str, role: Role) -> AdminUser:
    """The account that waits for its person. Raises `BadAccount` when the address will not do or is taken."""
    address = address_of(email)
    one_writer(session, TOPIC)
    user = session.scalar(select(AdminUser).where(AdminUser.email == address))
    if user is not None:
        raise BadAccount("somebody with this address is on the list already")
    user = AdminUser(email=address, name=address.partition("@")[0], role=role, password_hash="", active=True, created_at=clock.now())
    session.add(user)
    session.flush()
    return user


def join(session: Session, *, staff_id: int, name: str, password: str) -> AdminUser:
    """The person who accepts the invitation. Raises `BadAccount`."""
    _check_new_password(password)
    user = session.get_one(AdminUser, staff_id)
    user.name, user.password_hash = name.strip()[:100] or user.name, _hasher.hash(password)
    session.flush()
    return user


def set_password(session: Session, *, staff_id: int, password: str) -> None:
    """The person has a new password; ending sessions is the caller's. Raises `BadAccount`."""
    _check_new_password(password)
    session.get_one(AdminUser, staff_id).password_hash = _hasher.hash(password)
    session.flush()


def change_role(session: Session, *, staff_id: int, role: Role) -> Role | None:
    """The role before, None when it is the same. Sessions end, so that none goes on with what it may no longer do. Raises `LastOwner`."""
    user = _only_writer(session, staff_id)
    before = Role(user.role)
    if before == role:
        return None
    if before == Role.OWNER:
        _refuse_last_owner(session, user)
    user.role = role
    session.flush()
    sessions.end_all(session, staff_id=staff_id)
    return before


def switch_off(session: Session, *, staff_id: int) -> bool:
    """Whether anything changed: the person cannot sign in any more, and every session has ended. Raises `LastOwner`."""
    user = _only_writer(session, staff_id)
    if not user.active:
        return False
    if user.role == Role.OWNER:
        _refuse_last_owner(session, user)
    user.active = False
    session.flush()
    sessions.end_all(session, staff_id=staff_id)
    return True


def switch_on(session: Session, *, staff_id: int) -> bool:
    """Whether anything changed: the person may sign in again."""
    user = session.get_one(AdminUser, staff_id)
    changed, user.active = not user.active, True
    session.flush()
    return changed


def everybody() -> Sequence[AdminUser]:
    """All staff, who may sign in first, then by name."""
    return db.session.scalars(select(AdminUser).order_by(AdminUser.active.desc(), func.lower(AdminUser.name), AdminUser.id)).all()


def by_id(staff_id: int) -> AdminUser | None:
    """The staff member with this number."""
    return db.session.get(AdminUser, staff_id)


def known(staff_id: int) -> AdminUser:
    """The staff member with this number, who is there."""
    return db.session.get_one(AdminUser, staff_id)


def by_email(email: str) -> AdminUser | None:
    """The staff member with this address who may sign in: not switched off, invitation accepted."""
    mine = (AdminUser.email == email.strip().lower(), AdminUser.active.is_(True), AdminUser.password_hash != "")
    return db.session.scalar(select(AdminUser).where(*mine))


def check_password(*, email: str, password: str) -> AdminUser | None:
    """The person, if address and password belong together. Takes as long for unknown people as for known ones."""
    user = by_email(email)
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    return user


def note_sign_in(session: Session, *, user_id: int) -> None:
    """Remembers when the person was last here."""
    user = session.get(AdminUser, user_id)
    if user is not None:
        user.last_sign_in_at = clock.now()


def address_of(email: str) -> str:
    """The address as it is kept. Raises `BadAccount` for one that will not do."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise BadAccount(f"the address will not do: {error}") from None


def _check_new_password(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise BadAccount(f"the password needs at least {MIN_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        raise BadAccount(f"the password may have at most {LONGEST_PASSWORD} characters")


def _only_writer(session: Session, staff_id: int) -> AdminUser:
    """The person as they are now; nobody else changes who owns this site until the commit."""
    one_writer(session, TOPIC)
    return session.get_one(AdminUser, staff_id, populate_existing=True)


def _refuse_last_owner(session: Session, user: AdminUser) -> None:
    others = (AdminUser.role == Role.OWNER, AdminUser.active.is_(True), AdminUser.password_hash != "", AdminUser.id != user.id)
    if session.scalar(select(AdminUser.id).where(*others).limit(1)) is None:
        raise LastOwner("there must be one owner who can sign in: make somebody else an owner first")
