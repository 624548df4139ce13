"""API keys that were replaced, and whom their successors belong to."""

import secrets
import threading


class KeyRing:
    """Every key counts until it is replaced."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dead: set[str] = set()
        self._made: dict[str, str] = {}

    def is_dead(self, key: str) -> bool:
        """Whether the key was replaced."""
        with self._lock:
            return key in self._dead

    def owner(self, key: str) -> str:
        """The name in a key."""
        with self._lock:
            return self._made.get(key) or key.split("_")[1]

    def replace(self, key: str, username: str) -> str:
        """A new key of the same owner; the old one is good no more."""
        made = f"cal_live_{secrets.token_hex(16)}"
        with self._lock:
            self._dead.add(key)
            self._made[made] = username
        return made
