"""Writes texts to their files so that a reader sees the old or the new one, never a half."""

import os
import tempfile
from pathlib import Path

from app.config_as_code.complaints import ConfigError


def write(texts: dict[Path, str]) -> None:
    """Replaces each file in one step. Raises `ConfigError` where that cannot be done."""
    for path, text in texts.items():
        try:
            _replace(path, text)
        except OSError as error:
            raise ConfigError(f"{path} cannot be written ({error.strerror}): check the folder and its permissions.") from None


def _replace(path: Path, text: str) -> None:
    target = path.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
