"""What is wrong at this moment; nothing is written here.

A cause is named only when it is sure and lasts: numbers that rise and fall with every delivery are no reason to wake
somebody. Each look costs a handful of indexed questions, so that a worker may ask every minute.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.alarms import secret_age
from app.config import Settings
from app.config_as_code import drift
from app.inbox import queries as inbox
from app.inbox import silence
from app.notifications.admin_alarm import Cause
from app.outbox import hold
from app.outbox import queries as outbox
from app.sync import queries as sync
from app.sync.models import RunState

DISK_BYTES = 500_000_000
"""Less than this is free: time to make room, long before `/readyz` turns red."""
LEAST_PART = 0.02
"""On a small disk so much of it is enough."""
SYNC_ROUNDS = 3
"""So many comparisons in a row may fail: Cal.com is away for a moment now and then."""


@dataclass(frozen=True)
class Trouble:
    """A cause with the figures for its sentence."""

    cause: Cause
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """What is needed to judge."""

    settings: Settings
    webhook_secrets: Mapping[str, list[str]]
    now: datetime


def troubles(look: Look) -> Iterator[Trouble]:
    """Everything that is wrong now."""
    for find in FINDERS:
        found = find(look)
        if found is not None:
            yield found


def low_on_disk(settings: Settings) -> int | None:
    """How many bytes are left when that is too few; None while there is room."""
    usage = shutil.disk_usage(settings.INSTANCE_PATH)
    return usage.free if usage.free < min(DISK_BYTES, usage.total * LEAST_PART) else None


def old_secrets(look: Look) -> list[tuple[str, int]]:
    """Setting and days of each secret that has been in use for too long."""
    seen = secret_age.first_seen(dict(secret_age.in_use(look.settings, look.webhook_secrets)))
    days = {name: (look.now - since).days for name, since in seen.items()}
    return [(name, age) for name, age in days.items() if age >= look.settings.SECRET_DAYS]


def _silence(look: Look) -> Trouble | None:
    last = inbox.last_received_at()
    if last is None or not silence.too_long(last, hours=look.settings.INBOX_SILENCE_HOURS, now=look.now):
        return None
    return Trouble(Cause.SILENCE, {"when": last.isoformat()})


def _deliveries_wait(look: Look) -> Trouble | None:
    return _late(Cause.DELIVERIES_WAIT, inbox.oldest_waiting_seconds(), look)


def _deliveries_failed(_: Look) -> Trouble | None:
    count = inbox.stuck()
    return Trouble(Cause.DELIVERIES_FAILED, {"count": count}) if count else None


def _mails_wait(look: Look) -> Trouble | None:
    return None if hold.held() else _late(Cause.MAILS_WAIT, outbox.oldest_waiting_seconds(), look)


def _mails_failed(_: Look) -> Trouble | None:
    count = outbox.stuck()
    return Trouble(Cause.MAILS_FAILED, {"count": count}) if count else None


def _sync(look: Look) -> Trouble | None:
    ended = sync.last_ended() if look.settings.CALCOM_API_KEY else None
    if ended is None or ended.state != RunState.FAILED:
        return None
    good = sync.last_done()
    if good is None:
        return Trouble(Cause.SYNC)
    since = good.ended_at or good.asked_at
    if look.now - since < SYNC_ROUNDS * timedelta(minutes=look.settings.SYNC_MINUTES):
        return None
    return Trouble(Cause.SYNC, {"when": since.isoformat()})


def _disk(look: Look) -> Trouble | None:
    free = low_on_disk(look.settings)
    return None if free is None else Trouble(Cause.DISK, {"megabytes": free // 1_000_000})


def _secrets(look: Look) -> Trouble | None:
    found = old_secrets(look)
    return Trouble(Cause.SECRETS, {"days": look.settings.SECRET_DAYS, "names": ", ".join(name for name, _ in found)}) if found else None


def _drift(_: Look) -> Trouble | None:
    count, since = drift.known()
    return Trouble(Cause.DRIFT, {"count": count, "when": since.isoformat()}) if since else None


def _late(cause: Cause, seconds: float, look: Look) -> Trouble | None:
    return Trouble(cause, {"minutes": int(seconds // 60)}) if seconds >= look.settings.QUEUE_ALARM_SECONDS else None


FINDERS: tuple[Callable[[Look], Trouble | None], ...] = (
    _silence,
    _deliveries_wait,
    _deliveries_failed,
    _mails_wait,
    _mails_failed,
    _sync,
    _disk,
    _secrets,
    _drift,
)
