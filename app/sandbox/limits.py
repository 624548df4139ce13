"""The pace: so many requests a minute for each key and each address; who asks more is locked out for a minute.

The lock lasts its whole time; it does not end with the window. `clock_scale` makes the limit's own clock run
faster, so that a benchmark meets the same limits in a tenth of the time.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

WINDOW_SECONDS = 60.0


@dataclass
class _Count:
    begun: float
    requests: int = 0
    locked_until: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What one request may know about the limit."""

    limit: int
    remaining: int
    reset: float
    refused: bool

    def write_on(self, answer: Response) -> None:
        """The three headers; `Reset` is the time that is left, in seconds."""
        answer.headers["X-RateLimit-Limit-Default"] = str(self.limit)
        answer.headers["X-RateLimit-Remaining-Default"] = str(self.remaining)
        answer.headers["X-RateLimit-Reset-Default"] = str(math.ceil(self.reset))


class Limiter:
    """Counts requests per caller."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[str, _Count] = {}
        self.refusals = 0

    def take(self, caller: str, *, limit: int, scale: float) -> Pace:
        """Count one request and say whether it may go on."""
        now, minute = self._clock(), WINDOW_SECONDS / scale
        with self._lock:
            count = self._counts.setdefault(caller, _Count(now))
            if count.locked_until > now:
                self.refusals += 1
                return Pace(limit=limit, remaining=0, reset=count.locked_until - now, refused=True)
            if now - count.begun >= minute or count.locked_until:
                count = self._counts[caller] = _Count(now)
            count.requests += 1
            if count.requests > limit:
                count.locked_until = now + minute
                self.refusals += 1
                return Pace(limit=limit, remaining=0, reset=minute, refused=True)
            return Pace(limit=limit, remaining=limit - count.requests, reset=count.begun + minute - now, refused=False)

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._counts.clear()
            self.refusals = 0
