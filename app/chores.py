"""Which errands there are and who carries each out: one thread a kind, so that a short one never waits for a long one."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from app.calcom.client import Client
from app.errands import Work, carry_out
from app.inbox import again as replaying
from app.inbox.process import Handler
from app.jobs.embedded import Tick
from app.outbox import again as resending
from app.sync import refreshing

Stop = Callable[[], bool]


def works_of(*, handler: Handler, client: Callable[[], Client | None]) -> Mapping[str, Work]:
    """The work of each kind of errand."""
    return {replaying.KIND: replaying.steps(handler), resending.KIND: resending.step, refreshing.KIND: refreshing.steps(client)}


def ticks_of(works: Mapping[str, Work], *, context: Callable[[], AbstractContextManager[Any]], between: Callable[[Stop], bool]) -> Mapping[str, Tick]:
    """For the runner: looks every second whether an errand waits; gives way to deliveries between two steps."""

    def tick(kind: str, should_stop: Stop) -> None:
        with context():
            carry_out(kind, works[kind], should_stop=partial(between, should_stop))

    return {kind: partial(tick, kind) for kind in works}
