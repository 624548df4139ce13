"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and ten recovery codes for the day the phone is gone.

A code of the app is good for its own half minute and the one before and after, and works once: the time step of the
last one used is kept, and one conditional UPDATE decides between two browsers that send the same code. The secret is
sealed at rest; recovery codes carry 80 random bits and are kept as digests, so SHA-256 is enough.
"""

import hashlib
import hmac
import secrets

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.accounts.sign_in_models import RecoveryCode, SecondFactor
from app.db import db
from app.sealing import Seal

PURPOSE = "second factor"
"""What the seal is for."""
STEP_SECONDS = 30
WINDOW = 1
"""Steps before and after the present one whose codes are good: clocks of phones are a little off."""
CODES = 10
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Thirty-two signs that nobody mixes up."""


def is_on(staff_id: int) -> bool:
    """Whether this person is asked for a code."""
    return bool(db.session.scalar(select(SecondFactor.secret).where(SecondFactor.staff_id == staff_id)))


def of_person(staff_id: int) -> SecondFactor | None:
    """How things stand with this person's second factor; None when it was never begun."""
    return db.session.get(SecondFactor, staff_id, populate_existing=True)


def with_it_on() -> set[int]:
    """The numbers of all staff who are asked for a code."""
    return set(db.session.scalars(select(SecondFactor.staff_id).where(SecondFactor.secret != "")))


def begin(session: Session, *, staff_id: int, seal: Seal) -> None:
    """A new secret waits to be confirmed by a first code; until then nothing changes."""
    row = session.get(SecondFactor, staff_id) or SecondFactor(staff_id=staff_id)
    row.pending = seal.close(pyotp.random_base32())
    session.add(row)
    session.flush()


def waiting_secret(staff_id: int, *, seal: Seal) -> str:
    """The secret that waits for its first code; empty when none does."""
    row = of_person(staff_id)
    return (seal.open(row.pending) or "") if row is not None and row.pending else ""


def confirm(session: Session, *, staff_id: int, code: str, seal: Seal) -> list[str]:
    """Switches the second factor on if the code shows that the app has the secret: the recovery codes, otherwise an empty list."""
    row = session.get(SecondFactor, staff_id, populate_existing=True)
    secret = seal.open(row.pending) if row is not None and row.pending else None
    step = _step_of(secret, code) if secret else None
    if row is None or step is None:
        return []
    row.secret, row.pending, row.counter, row.since = row.pending, "", step, clock.now()
    session.flush()
    return renew_recovery_codes(session, staff_id=staff_id)


def accept(session: Session, *, staff_id: int, code: str, seal: Seal) -> str:
    """By what the code was right, `app` or `recovery`, and it is used up; empty when it is wrong or was used before."""
    if _accept_from_app(session, staff_id, code, seal):
        return "app"
    unused = (RecoveryCode.staff_id == staff_id, RecoveryCode.code_hash == _digest(staff_id, code), RecoveryCode.used_at.is_(None))
    used = session.connection().execute(update(RecoveryCode).where(*unused).values(used_at=clock.now())).rowcount
    return "recovery" if used else ""


def renew_recovery_codes(session: Session, *, staff_id: int) -> list[str]:
    """Ten new codes; those before them are worth nothing any more. This is the only moment at which they can be read."""
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=_digest(staff_id, code)) for code in codes)
    session.flush()
    return codes


def recovery_codes_left(staff_id: int) -> int:
    """How many recovery codes still work."""
    unused = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def remove(session: Session, *, staff_id: int) -> bool:
    """Whether there was one: the person is not asked for a code any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    return bool(session.connection().execute(delete(SecondFactor).where(SecondFactor.staff_id == staff_id)).rowcount)


def address(secret: str, *, email: str, issuer: str) -> str:
    """What the app reads from the picture."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=issuer)


def _accept_from_app(session: Session, staff_id: int, code: str, seal: Seal) -> bool:
    row = session.get(SecondFactor, staff_id, populate_existing=True)
    secret = seal.open(row.secret) if row is not None and row.secret else None
    step = _step_of(secret, code) if secret else None
    if row is None or secret is None or step is None:
        return False
    sealed = row.secret if seal.fresh(row.secret) else seal.close(secret)
    later = update(SecondFactor).where(SecondFactor.staff_id == staff_id, SecondFactor.counter < step)
    return bool(session.connection().execute(later.values(counter=step, secret=sealed)).rowcount)


def _step_of(secret: str, code: str) -> int | None:
    """The time step that the code belongs to, if it is one that is good now."""
    digits, now = "".join(code.split()), int(clock.now().timestamp()) // STEP_SECONDS
    made, found = pyotp.HOTP(secret), None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(made.at(step).encode(), digits.encode("utf-8", "replace")):
            found = step
    return found


def _digest(staff_id: int, code: str) -> str:
    """Typed with or without dashes, in upper or lower case."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(f"{staff_id}:{plain}".encode("utf-8", "replace")).hexdigest()
