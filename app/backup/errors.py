"""Why a backup or a restore did not happen; every text says what to do, and nothing half is left behind."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BackupError(Exception):
    """It was not made."""


class BadBackup(BackupError):
    """The file is no backup, is damaged, or cannot be opened with this passphrase."""


@contextmanager
def speaking(folder: Path) -> Iterator[None]:
    """What the disk has against it, as a `BackupError`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BackupError(f"The disk of {folder} is full: free some space or choose another folder. Nothing was left behind.") from error
        raise BackupError(f"{error.filename or folder} cannot be used ({error.strerror}): check the path and its permissions.") from error
    except sqlite3.Error as error:
        if "full" in str(error) or "disk I/O" in str(error):
            raise BackupError(f"The disk of {folder} is full: free some space or choose another folder. Nothing was left behind.") from error
        raise BackupError(f"The database could not be read: {error}.") from error
