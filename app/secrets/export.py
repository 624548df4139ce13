"""The secrets of this site for another place: a hosting platform, a manager of secrets, the next machine.

Values go to a file that nobody else may read, or into a pipe; never to a terminal, whose scrollback and recordings outlive the moment.
What counts now is written, so a secret that was made new at run time is there and its predecessor is not, once that is refused.
"""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from app import clock
from app.calcom.secret_changes import Changes, in_force
from app.calcom.secrets import WebhookSecrets, secret_setting
from app.config import SECRETS, Settings

MODE = 0o600
QUOTED = set(" \t'\"\\$`#&|;<>()*?[]{}~!")


class Unwritable(Exception):
    """The file cannot be written; nothing half is left."""


def values(settings: Settings, webhooks: WebhookSecrets, changes: Changes, *, only: Sequence[str] = ()) -> dict[str, str]:
    """Setting → its value as it counts now, for each secret that is set."""
    found: dict[str, str] = {}
    for name in sorted(SECRETS - {"CALCOM_WEBHOOK_SECRET"}):
        value = getattr(settings, name)
        listed = [value] if isinstance(value, str) else list(value)
        if any(listed):
            found[name] = ",".join(in_force(name, changes.of(name), listed, now=clock.now())[: 1 if isinstance(value, str) else None])
    for subscription in webhooks.names():
        found[secret_setting(subscription)] = ",".join(webhooks.of(subscription))
    return {name: value for name, value in sorted(found.items()) if not only or name in only}


def as_env(found: Mapping[str, str]) -> str:
    """Lines for an env file."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in found.items())


def as_json(found: Mapping[str, str]) -> str:
    """One JSON object."""
    return json.dumps(dict(found), ensure_ascii=False, indent=2) + "\n"


def write(path: Path, content: str) -> None:
    """The file is there with all its content and mode 600, or as it was. Raises `Unwritable`."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), MODE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        if name:
            with suppress(OSError):
                Path(name).unlink()
        raise Unwritable(f"{path} cannot be written ({error.strerror}): choose another file.") from None


def _quoted(value: str) -> str:
    """As env files and shells read it: in single quotes when a letter in it would mean something."""
    if not QUOTED & set(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f'"{escaped}"'
