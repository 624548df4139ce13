"""The job queue: it only wakes and spreads the work, the truth is in the rows of inbox and outbox.

Why huey as a nudge and not a queue as the truth: no embedded queue keeps a running job through `kill -9`. A row with a
lease does, and a sweep every second finds whatever a lost nudge left lying. When not to use it: for anything that
must not be lost and has no row of its own.
"""

import time
from collections.abc import Callable
from pathlib import Path

from huey import RedisHuey, SqliteHuey
from huey.api import Huey

COALESCE_SECONDS = 0.1


def make_queue(*, redis_url: str, instance: Path) -> Huey:
    """The queue on Redis when there is one, otherwise on a SQLite file of its own beside the database."""
    if redis_url:
        return RedisHuey("frontdesk", url=redis_url, results=False)
    instance.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("frontdesk", filename=str(instance / "queue.sqlite3"), results=False)


def nudger(enqueue: Callable[[], object]) -> Callable[[], None]:
    """A function that wakes the workers, at most every tenth of a second: a storm needs no nudge for each drop."""
    last = 0.0

    def nudge() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= COALESCE_SECONDS:
            last = now
            enqueue()

    return nudge
