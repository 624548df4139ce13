"""Staff accounts: create, find, check a password in equal time whether or not the person exists."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import AdminUser, Role
from app.db import db

MIN_PASSWORD = 10
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("a password that nobody has")


class BadAccount(Exception):
    """The account cannot be made like this; the text says what to change."""


def create(session: Session, *, email: str, password: str, name: str = "", role: Role = Role.OWNER) -> AdminUser:
    """The new staff member, or the existing one with this address and a new password (all sessions end).

    Raises `BadAccount` for an address or a password that will not do.
    """
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise BadAccount(f"the address will not do: {error}") from None
    if len(password) < MIN_PASSWORD:
        raise BadAccount(f"the password needs at least {MIN_PASSWORD} characters")
    user = session.scalar(select(AdminUser).where(AdminUser.email == address))
    if user is None:
        user = AdminUser(email=address, created_at=clock.now(), session_version=0, active=True)
        session.add(user)
    user.name, user.role, user.password_hash = name or user.name or address.partition("@")[0], role, _hasher.hash(password)
    user.session_version += 1
    session.flush()
    return user


def by_session_id(session_id: str) -> AdminUser | None:
    """The person whose session this is; None when the session was ended or the account closed."""
    number, _, version = session_id.partition(":")
    if not (number.isdigit() and version.isdigit()):
        return None
    user = db.session.get(AdminUser, int(number))
    return user if user is not None and user.active and user.session_version == int(version) else None


def check_password(*, email: str, password: str) -> AdminUser | None:
    """The person, if address and password belong together. Takes as long for unknown people as for known ones."""
    user = db.session.scalar(select(AdminUser).where(AdminUser.email == email.strip().lower(), AdminUser.active.is_(True)))
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
