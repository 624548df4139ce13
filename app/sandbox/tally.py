"""Counts what the API answered: method, kind of page and status."""

import threading
from collections import Counter


class Tally:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, method: str, page: str, status: int) -> None:
        """One more answer."""
        with self._lock:
            self._counts[f"{method} {page} {status}"] += 1

    def counts(self) -> dict[str, int]:
        """All counts by name."""
        with self._lock:
            return dict(self._counts)

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._counts.clear()
