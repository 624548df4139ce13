"""Decides what goes wrong with the next request: words that were queued first, then shares."""

import random
import threading
from collections import deque
from collections.abc import Callable

from app.sandbox.dials import API_FAULTS, ApiDials


class FaultQueue:
    """One word per request: `ok`, or the name of a fault."""

    def __init__(self, *, chance: Callable[[], float] = random.SystemRandom().random) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self._words: deque[str] = deque()

    def fill(self, words: str) -> None:
        """Queue words such as `500*3,html,ok`, in place of those that wait."""
        queued: deque[str] = deque()
        for word in filter(None, (one.strip() for one in words.split(","))):
            name, _, times = word.partition("*")
            queued.extend([name] * int(times or 1))
        with self._lock:
            self._words = queued

    def waiting(self) -> str:
        """The words that wait."""
        with self._lock:
            return ",".join(self._words)

    def draw(self, dials: ApiDials, *, method: str, path: str) -> str:
        """What happens to this request."""
        if dials.api_only and not f"{method} {path}".startswith(dials.api_only):
            return "ok"
        writes = method not in ("GET", "HEAD", "OPTIONS")
        with self._lock:
            if self._words and (writes or self._words[0] != "lost"):
                return self._words.popleft()
        for name in API_FAULTS:
            share: float = getattr(dials, f"api_{name}")
            if share and (writes or name != "lost") and self._chance() < share:
                return name
        return "ok"
