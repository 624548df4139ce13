"""Free times are kept for moments, so that paging through a month does not ask Cal.com again and again.

What other people book meanwhile is no danger: our own record is looked at each time, and Cal.com decides in the end. When
Cal.com turns out to be away, that is kept too, so that not every visitor waits until it has not answered.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import redis
import structlog

KEEP_SECONDS = 30
MOST = 500

log = structlog.get_logger()


class Cache(Protocol):
    """Texts that are forgotten after a while."""

    def get(self, key: str) -> str | None: ...

    def put(self, key: str, value: str, *, seconds: int = KEEP_SECONDS) -> None: ...


class Memory:
    """For one process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """What was put there, unless it is too old."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, ""))
        return value if until > self._now() else None

    def put(self, key: str, value: str, *, seconds: int = KEEP_SECONDS) -> None:
        """Keeps it; the oldest goes when there are too many."""
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (self._now() + seconds, value)


class Shared:
    """For all processes, in Redis. Without Redis nothing is kept, and nothing else happens."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)

    def get(self, key: str) -> str | None:
        """What any process put there."""
        try:
            found = self._redis.get(_name(key))
        except redis.RedisError:
            log.warning("free times are not kept: Redis does not answer")
            return None
        return found.decode() if isinstance(found, bytes) else None

    def put(self, key: str, value: str, *, seconds: int = KEEP_SECONDS) -> None:
        """Keeps it for every process."""
        try:
            self._redis.setex(_name(key), seconds, value)
        except redis.RedisError:
            log.warning("free times are not kept: Redis does not answer")


def cache_of(redis_url: str) -> Cache:
    """The one that fits the settings."""
    return Shared(redis_url) if redis_url else Memory()


def _name(key: str) -> str:
    return f"frontdesk:times:{key}"
