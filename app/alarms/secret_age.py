"""How long each secret has been in use here.

Nobody tells us when a secret was made; we know when we first saw its value, and keep that. What is kept is a slow,
salted digest, so that a copy of the database does not give a short secret away. When not to use it: to recognise
secrets in a hurry; a digest takes some hundredths of a second and is remembered by this process.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alarms.models import SecretSeen
from app.calcom.models import SecretChange
from app.config import Settings
from app.db import db, insert
from app.sealing import footprint

WATCHED = ("SECRET_KEY", "CALCOM_API_KEY", "CALCOM_CLIENT_SECRET", "SERVICE_TOKEN", "MAIL_PASSWORD", "METRICS_TOKEN")


def in_use(settings: Settings, webhook_secrets: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Setting and digest of each secret that signs or signs in now; of a list the newest one."""
    for name in WATCHED:
        if value := getattr(settings, name):
            yield name, footprint(name, value)
    for subscription, secrets in webhook_secrets.items():
        name = f"CALCOM_WEBHOOK_SECRET{'_' if subscription else ''}{subscription.upper()}"
        if secrets:
            yield name, footprint(name, secrets[0])


def first_seen(digests: Mapping[str, str]) -> dict[str, datetime]:
    """Setting → since when its value is in use; those seen for the first time are missing."""
    rows = db.session.scalars(select(SecretSeen).where(SecretSeen.digest.in_(digests.values())))
    seen = {row.digest: row.first_seen_at for row in rows}
    made_new = db.session.execute(select(SecretChange.name, SecretChange.set_at).where(SecretChange.set_at.is_not(None), SecretChange.value != ""))
    newest = {name: set_at for name, set_at in made_new if set_at is not None and name in digests and name in WATCHED}
    return {name: seen[digest] for name, digest in digests.items() if digest in seen} | newest


def note(session: Session, name: str, digest: str, *, now: datetime) -> None:
    """From now on its age is known."""
    session.execute(insert(SecretSeen).values(digest=digest, name=name, first_seen_at=now).on_conflict_do_nothing(index_elements=["digest"]))
