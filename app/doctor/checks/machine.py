"""The disk and the clock of this machine."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from sqlalchemy import func, select

from app import clock
from app.alarms.causes import low_on_disk
from app.away import STORE_ERRORS
from app.db import db
from app.doctor.finding import Finding, failed, good, off, warning
from app.doctor.patient import Patient

LITTLE_BYTES = 50_000_000
"""As `/readyz` has it: below this the site says that it is not ready."""
SECONDS = 8
WRONG = 60
"""Seconds: Cal.com's times and ours then tell different stories."""
DOUBTFUL = 10


def disk(patient: Patient) -> Finding:
    """How much room there is."""
    folder = patient.settings.INSTANCE_PATH.resolve()
    free = shutil.disk_usage(folder).free
    said, fix = f"{free // 1_000_000:,} MB are free.", f"du -xh --max-depth=2 {folder} | sort -h | tail    # what is large?"
    if free < LITTLE_BYTES:
        return failed(f"The disk is nearly full: {said}", fix)
    if low_on_disk(patient.settings) is not None:
        return warning(f"The disk fills up: {said}", fix)
    return good(said)


def time_of_day(patient: Patient) -> Finding:
    """How far our clock is from Cal.com's and from the database server's."""
    found = [*_theirs(patient)]
    if not found:
        return off("Nobody told us the time to compare with.", "timedatectl status    # is the clock synchronised?")
    who, seconds = max(found, key=lambda each: abs(each[1]))
    fix = "sudo timedatectl set-ntp true"
    if abs(seconds) > WRONG:
        return failed(f"Our clock is {_apart(seconds)} {who}.", fix)
    if abs(seconds) > DOUBTFUL:
        return warning(f"Our clock is {_apart(seconds)} {who}.", fix)
    return good(f"Our clock agrees with {' and '.join(name for name, _ in found)}.")


def _theirs(patient: Patient) -> Iterator[tuple[str, float]]:
    asked = clock.now()
    try:
        answer = requests.head(patient.settings.embed_url, timeout=SECONDS, allow_redirects=False)
        at = parsedate_to_datetime(answer.headers["Date"])
        at = at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000" says: this is UTC
        at += timedelta(seconds=int(answer.headers.get("Age") or 0))  # a copy that a cache has kept for so long
    except (requests.RequestException, KeyError, ValueError):
        pass
    else:
        took = clock.now() - asked
        # The header has whole seconds and was written somewhere between question and answer.
        yield "Cal.com's", _beyond((asked - at).total_seconds(), took.total_seconds() + 1)
    if db.engine.dialect.name == "postgresql":
        try:
            now = db.session.scalar(select(func.clock_timestamp()))
        except STORE_ERRORS:
            return
        finally:
            db.session.rollback()
        if isinstance(now, datetime):
            yield "the database server's", (clock.now() - now).total_seconds()


def _beyond(seconds: float, allowance: float) -> float:
    """What cannot be explained by the way of the answer."""
    return 0.0 if -allowance <= seconds <= allowance else seconds


def _apart(seconds: float) -> str:
    amount = abs(seconds)
    said = f"{amount:.0f} seconds" if amount < 180 else f"{amount / 60:.0f} minutes"
    return f"{said} {'ahead of' if seconds > 0 else 'behind'}"
