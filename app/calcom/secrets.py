"""The secrets that sign deliveries now: files among them are read again when they change, so that rotation needs no restart."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

MIN_LENGTH = 8

log = structlog.get_logger()


class WebhookSecrets:
    """Which secrets are good for which subscription, at this moment."""

    def __init__(self, fixed: Mapping[str, Sequence[str]], files: Mapping[str, Path]) -> None:
        self._good = {name: list(secrets) for name, secrets in fixed.items()}
        self._files = dict(files)
        self._seen: dict[str, tuple[int, int]] = {}

    def of(self, subscription: str) -> list[str]:
        """The secrets of a subscription (empty name: the main one), newest first; none for an unknown one."""
        path = self._files.get(subscription)
        if path is not None:
            self._reread(subscription, path)
        return self._good.get(subscription, [])

    def names(self) -> list[str]:
        """The subscriptions that have a secret; the main one is the empty name."""
        return sorted(name for name in {*self._good, *self._files} if self.of(name))

    def _reread(self, subscription: str, path: Path) -> None:
        """A file that is away, empty or malformed for a moment (it is being replaced) leaves the last good secrets in force."""
        try:
            found = path.stat()
            mark = (found.st_mtime_ns, found.st_ino)
            if self._seen.get(subscription) == mark:
                return
            secrets = [part.strip() for part in path.read_text(encoding="utf-8").split(",") if part.strip()]
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the file of a webhook signing key cannot be read", subscription=subscription or "main", error=type(error).__name__)
            return
        if not secrets or any(len(secret) < MIN_LENGTH for secret in secrets):
            log.warning("the file of a webhook signing key is empty or too short", subscription=subscription or "main")
            return
        self._good[subscription], self._seen[subscription] = secrets, mark
