"""Run the jobs inside the web process, in exactly one process per machine.

The holder of a file lock runs them; the lock ends with its process, so a replacement takes over at once. Only the
holder may release mails that a dead process left half sent, for the lock proves that nobody else is sending.
"""

import fcntl
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import structlog
from huey.api import Huey
from huey.consumer import Consumer

TICK_SECONDS = 1.0
Tick = Callable[[Callable[[], bool]], None]
"""Work that looks every second whether there is something to do; it is told how to ask whether to stop."""
NOTHING_BESIDE: Mapping[str, Tick] = {}

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
    """The consumer and the sweeps beside it: long work gets a thread of its own, so that mails and deliveries never wait for it."""

    def __init__(self, huey: Huey, tick: Tick, *, lock: IO[str] | None, beside: Mapping[str, Tick] = NOTHING_BESIDE) -> None:
        self._lock = lock
        self._stopping = threading.Event()
        self._consumer = Embedded(huey)
        self._consumer_thread = threading.Thread(target=self._consumer.run, name="jobs", daemon=True)
        sweeps = {"sweep": tick, **beside}
        self._sweeps = [threading.Thread(target=self._sweep, args=(name, each), name=name, daemon=True) for name, each in sweeps.items()]

    def start(self) -> None:
        """Starts all threads and returns at once."""
        self._consumer_thread.start()
        for thread in self._sweeps:
            thread.start()

    def stop(self, *, seconds: float = 8.0) -> None:
        """Lets the running job end, for so many seconds at most, and gives the lock back."""
        self._stopping.set()
        self._consumer.began.wait(seconds)
        self._consumer.shutdown_timeout = seconds
        self._consumer.stop(graceful=True)
        for thread in self._sweeps:
            thread.join(seconds)
        if self._lock is not None:
            self._lock.close()

    @property
    def stopping(self) -> bool:
        """Whether the process is about to end; long work looks at it between two rows."""
        return self._stopping.is_set()

    def _sweep(self, name: str, tick: Tick) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            try:
                tick(self._stopping.is_set)
            except Exception:
                log.exception("sweep failed", sweep=name)


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
