"""Run the jobs inside the web process, in exactly one process per machine.

The holder of a file lock runs them; the lock ends with its process, so a replacement takes over at once. Only the
holder may release mails that a dead process left half sent, for the lock proves that nobody else is sending.
"""

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import structlog
from huey.api import Huey
from huey.consumer import Consumer

TICK_SECONDS = 1.0

log = structlog.get_logger()


class Embedded(Consumer):  # type: ignore[misc]  # huey ships no types
    """A consumer that may live in a thread: signals belong to the web server."""

    def __init__(self, huey: Huey) -> None:
        super().__init__(huey, workers=1, periodic=False, initial_delay=0.1, max_delay=1.0, check_worker_health=True)
        self.began = threading.Event()

    def start(self) -> None:
        """Starts the workers; only after that may they be stopped."""
        super().start()
        self.began.set()

    def _set_signal_handlers(self) -> None:
        pass


class Runner:
    """The consumer and the sweep beside it."""

    def __init__(self, huey: Huey, tick: Callable[[Callable[[], bool]], None], *, lock: IO[str] | None) -> None:
        self._lock = lock
        self._tick = tick
        self._stopping = threading.Event()
        self._consumer = Embedded(huey)
        self._consumer_thread = threading.Thread(target=self._consumer.run, name="jobs", daemon=True)
        self._sweep_thread = threading.Thread(target=self._sweep, name="sweep", daemon=True)

    def start(self) -> None:
        """Starts both threads and returns at once."""
        self._consumer_thread.start()
        self._sweep_thread.start()

    def stop(self, *, seconds: float = 8.0) -> None:
        """Lets the running job end, for so many seconds at most, and gives the lock back."""
        self._stopping.set()
        self._consumer.began.wait(seconds)
        self._consumer.shutdown_timeout = seconds
        self._consumer.stop(graceful=True)
        self._sweep_thread.join(seconds)
        if self._lock is not None:
            self._lock.close()

    @property
    def stopping(self) -> bool:
        """Whether the process is about to end; long work looks at it between two rows."""
        return self._stopping.is_set()

    def _sweep(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            try:
                self._tick(self._stopping.is_set)
            except Exception:
                log.exception("sweep failed")


def take_lock(path: Path) -> IO[str] | None:
    """The lock, open for as long as it is to be held; None when another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle
