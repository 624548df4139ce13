"""Whether anything was written since somebody last looked, for the price of one word with the database.

Open pages ask this every few seconds, so it reads no table: SQLite counts the commits of others for each connection,
PostgreSQL names the transactions that have come and gone. A stamp says no more than "the same as before" or not; on
SQLite it is good in the process that gave it, and another process's simply counts as news.
"""

import secrets
import sqlite3
import threading
from pathlib import Path

from sqlalchemy import Engine, text

from app.away import STORE_ERRORS

MOST = 4
"""So many files are watched at once; one, in life."""

_here = secrets.token_hex(4)
"""This process: what its connections count says nothing to another one."""
_lock = threading.Lock()
_watching: dict[str, tuple[sqlite3.Connection, int]] = {}
"""A connection for each file that does nothing but watch, and which file it was."""


def stamp(engine: Engine) -> str:
    """A short text that changes with every commit; when the database is away, one that nobody had before."""
    try:
        if engine.dialect.name == "sqlite":
            return _of_file(str(engine.url.database))
        with engine.connect() as connection:
            return str(connection.scalar(text("SELECT pg_current_snapshot()::text")))
    except (*STORE_ERRORS, sqlite3.Error, OSError):
        return secrets.token_hex(8)


def _of_file(path: str) -> str:
    number = Path(path).stat().st_ino
    with _lock:
        known = _watching.pop(path, None)
        if known is not None and known[1] != number:
            known[0].close()
            known = None
        if known is None:
            known = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=1), number
        _watching[path] = known
        while len(_watching) > MOST:
            _watching.pop(next(iter(_watching)))[0].close()
        version = known[0].execute("PRAGMA data_version").fetchone()[0]
    return f"{_here}-{number}-{version}"
