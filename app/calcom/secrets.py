"""The secrets that sign deliveries now: what the settings say, and what was made new at run time.

Files among them are read again when they change, commands are run again every few minutes (beside the requests, never in one),
and a secret that `flask secrets rotate-webhook` made is known to every process within a second: rotation needs no restart.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from app import clock
from app.calcom.secret_changes import Changes, Unchanged, in_force
from app.config import NAMED_SECRET, Settings
from app.setting_sources import SourceError, run

MIN_LENGTH = 8
COMMAND_AGAIN_SECONDS = 300.0

log = structlog.get_logger()


def secret_setting(subscription: str) -> str:
    """The setting that holds the secret of a subscription."""
    return f"{NAMED_SECRET}{subscription.upper()}" if subscription else NAMED_SECRET.rstrip("_")


def webhook_secrets_of(settings: Settings, changes: Changes) -> "WebhookSecrets":
    """Those of this site."""
    fixed = {"": settings.CALCOM_WEBHOOK_SECRET, **settings.webhook_secrets}
    return WebhookSecrets(fixed, settings.webhook_secret_files, settings.webhook_secret_commands, changes=changes)


class WebhookSecrets:
    """Which secrets are good for which subscription, at this moment."""

    def __init__(
        self,
        fixed: Mapping[str, Sequence[str]],
        files: Mapping[str, Path],
        commands: Mapping[str, str] | None = None,
        *,
        changes: Changes | Unchanged | None = None,
    ) -> None:
        self._good = {name: list(secrets) for name, secrets in fixed.items()}
        self._files = dict(files)
        self._commands = {name: _Command(name, command) for name, command in (commands or {}).items()}
        self._changes = changes or Unchanged()
        self._seen: dict[str, tuple[int, int]] = {}

    def of(self, subscription: str) -> list[str]:
        """The secrets of a subscription (empty name: the main one), newest first; none for an unknown one."""
        found = self.from_settings(subscription)
        if not found:
            return []
        setting = secret_setting(subscription)
        return in_force(setting, self._changes.of(setting), found, now=clock.now())

    def from_settings(self, subscription: str) -> list[str]:
        """The same, as far as settings, files and commands tell."""
        path = self._files.get(subscription)
        if path is not None:
            self._reread(subscription, path)
        command = self._commands.get(subscription)
        if command is not None and (said := command.said()):
            self._good[subscription] = said
        return self._good.get(subscription, [])

    def names(self) -> list[str]:
        """The subscriptions that have a secret; the main one is the empty name."""
        return sorted(name for name in {*self._good, *self._files} if self.from_settings(name))

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


class _Command:
    """What a command printed last; it is run again now and then, in a thread of its own."""

    def __init__(self, subscription: str, command: str) -> None:
        self._subscription, self._command = subscription, command
        self._said: list[str] = []
        self._ran_at = time.monotonic()
        self._running = threading.Lock()

    def said(self) -> list[str]:
        """The newest good answer; nothing while there is only the one from the start."""
        if time.monotonic() - self._ran_at > COMMAND_AGAIN_SECONDS and self._running.acquire(blocking=False):
            self._ran_at = time.monotonic()
            threading.Thread(target=self._run, name="a command of a secret", daemon=True).start()
        return self._said

    def _run(self) -> None:
        """A command that fails for a moment leaves the last good secrets in force."""
        try:
            found = [part.strip() for part in run(f"{secret_setting(self._subscription)}_CMD", self._command).split(",") if part.strip()]
            if all(len(secret) >= MIN_LENGTH for secret in found):
                self._said = found
            else:
                log.warning("the command of a webhook signing key printed one that is too short", subscription=self._subscription or "main")
        except SourceError as error:
            log.warning("the command of a webhook signing key failed", subscription=self._subscription or "main", why=str(error))
        finally:
            self._running.release()
