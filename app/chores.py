"""What runs beside the work on deliveries and mails: errands, one thread a kind, and the look after secrets that are being made new."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from app.calcom.client import Client
from app.calcom.secret_changes import PURPOSE
from app.calcom.secrets import WebhookSecrets
from app.config import Settings
from app.config_as_code.daily import Looks
from app.config_as_code.desk import desk_of
from app.errands import Work, carry_out
from app.inbox import again as replaying
from app.inbox.process import Handler
from app.jobs.embedded import Tick
from app.outbox import again as resending
from app.sealing import Seal
from app.secrets.webhook import settle_all
from app.sync import refreshing

Stop = Callable[[], bool]
SETTLE_SECONDS = 5.0


def works_of(*, handler: Handler, client: Callable[[], Client | None]) -> Mapping[str, Work]:
    """The work of each kind of errand."""
    return {replaying.KIND: replaying.steps(handler), resending.KIND: resending.step, refreshing.KIND: refreshing.steps(client)}


def ticks_of(works: Mapping[str, Work], *, context: Callable[[], AbstractContextManager[Any]], between: Callable[[Stop], bool]) -> Mapping[str, Tick]:
    """For the runner: looks every second whether an errand waits; gives way to deliveries between two steps."""

    def tick(kind: str, should_stop: Stop) -> None:
        with context():
            carry_out(kind, works[kind], should_stop=partial(between, should_stop))

    return {kind: partial(tick, kind) for kind in works}


def settling(secrets: WebhookSecrets, keys: Sequence[str], *, context: Callable[[], AbstractContextManager[Any]]) -> Tick:
    """For the runner: now and then looks whether a delivery proves a webhook secret that was made new."""
    seal, looked_at = Seal(keys, purpose=PURPOSE), float("-inf")

    def tick(_should_stop: Stop) -> None:
        nonlocal looked_at
        if time.monotonic() - looked_at >= SETTLE_SECONDS:
            looked_at = time.monotonic()
            with context():
                settle_all(secrets.names(), seal)

    return tick


def looking(settings: Settings, client: Callable[[], Client | None], secrets: WebhookSecrets, *, context: Callable[[], AbstractContextManager[Any]]) -> Tick:
    """For the runner: looks once a day whether Cal.com still is as its file says."""
    looks = Looks(lambda: desk_of(settings, client(), secrets))

    def tick(should_stop: Stop) -> None:
        with context():
            looks.tick(should_stop)

    return tick
