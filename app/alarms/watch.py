"""Rings for each cause once: a row while it lasts, a mail when it comes, a mail when it has gone.

The row and its mail are written together, by whoever inserts the row first, so that several workers ring once. A cause
that has gone is kept for `QUIET`: what comes and goes within that time is one alarm and not many.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.alarms import secret_age
from app.alarms.causes import Look, Trouble, troubles
from app.alarms.models import Alarm
from app.away import STORE_ERRORS
from app.bookings.policy import MailPolicy
from app.calcom.secrets import WebhookSecrets
from app.config import Settings
from app.db import db, insert, transaction
from app.outbox.publish import Wanted, publish
from app.outbox.topics import Topic

EVERY = timedelta(minutes=1)
QUIET = timedelta(minutes=15)

log = structlog.get_logger()


def current() -> list[Alarm]:
    """What is wrong now, the oldest first."""
    return list(db.session.scalars(select(Alarm).where(Alarm.good_since.is_(None)).order_by(Alarm.since, Alarm.cause)))


def look_around(look: Look, policy: MailPolicy) -> None:
    """Looks at every cause and writes what has changed since the last look; most looks write nothing."""
    digests = dict(secret_age.in_use(look.settings, look.webhook_secrets))
    unseen = {name: digest for name, digest in digests.items() if name not in secret_age.first_seen(digests)}
    found = list(troubles(look))
    known = {row.cause: (row.since, row.good_since) for row in db.session.scalars(select(Alarm))}
    db.session.rollback()
    if unseen or _differs(found, known, look.now):
        with transaction() as session:
            for name, digest in unseen.items():
                secret_age.note(session, name, digest, now=look.now)
            _ring(session, found, policy, look.now)
            _rest(session, found, policy, look.now)


def _differs(found: Sequence[Trouble], known: Mapping[str, tuple[datetime, datetime | None]], now: datetime) -> bool:
    wrong = {trouble.cause for trouble in found}
    if any(cause not in known or known[cause][1] for cause in wrong):
        return True
    return any(cause not in wrong and (good is None or now - good >= QUIET) for cause, (_, good) in known.items())


def _ring(session: Session, found: Sequence[Trouble], policy: MailPolicy, now: datetime) -> None:
    for trouble in found:
        row = insert(Alarm).values(cause=trouble.cause, since=now, values=trouble.values).on_conflict_do_nothing(index_elements=["cause"])
        if session.scalar(row.returning(Alarm.cause)) is not None:
            _mail(session, Topic.ADMIN_ALARM, trouble, policy, since=now)
        else:
            session.execute(update(Alarm).where(Alarm.cause == trouble.cause).values(values=trouble.values, good_since=None))


def _rest(session: Session, found: Sequence[Trouble], policy: MailPolicy, now: datetime) -> None:
    gone = Alarm.cause.not_in([trouble.cause for trouble in found])
    over = delete(Alarm).where(gone, Alarm.good_since <= now - QUIET).returning(Alarm.cause, Alarm.values, Alarm.since)
    for cause, values, since in session.execute(over).all():
        _mail(session, Topic.ADMIN_ALARM_OVER, Trouble(cause, values), policy, since=since)
    session.execute(update(Alarm).where(gone, Alarm.good_since.is_(None)).values(good_since=now))


def _mail(session: Session, kind: Topic, trouble: Trouble, policy: MailPolicy, *, since: datetime) -> None:
    if not policy.admin_email:
        return
    skipped = "" if policy.sends(kind) else "MAIL_KINDS leaves alarms out"
    data = {"cause": trouble.cause, "values": trouble.values, "since": since.isoformat()}
    wanted = Wanted(f"{kind}:{trouble.cause}:{since.isoformat()}", kind, policy.admin_email, data, skipped=skipped)
    publish(session, [wanted], booking_id=None, message_domain=policy.message_domain)


class Watch:
    """Looks around once a minute, for whoever works in this process."""

    def __init__(self, settings: Settings, policy: Callable[[], MailPolicy]) -> None:
        self._settings = settings
        self._policy = policy
        self._looked_at: datetime | None = None

    def look(self, secrets: WebhookSecrets) -> None:
        """Looks when a minute has passed. That it fails is no reason for other work to stop."""
        now = clock.now()
        if self._looked_at is not None and timedelta() <= now - self._looked_at < EVERY:
            return
        self._looked_at = now
        try:
            look_around(Look(self._settings, {name: secrets.of(name) for name in secrets.names()}, now), self._policy())
        except STORE_ERRORS:
            log.warning("nobody can look for alarms: the store is away")
        except Exception:
            log.exception("looking for alarms failed")
        finally:
            db.session.rollback()
