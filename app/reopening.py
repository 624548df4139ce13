"""How a SQLite file that was opened read-only is opened anew, without a restart.

All connections of one process to one file share how its write-ahead index was opened. Where the folder could only be read
at that moment, each of them stays read-only, and so does each further one for as long as any of the old ones is open. Under
traffic one always is. So for a moment nobody gets a connection: the idle ones are closed, each busy one when it comes back,
and who wants a new one is told that the store is away. Then the next one opens the file as it may be opened now.
"""

import sqlite3
import threading
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.away import DatabaseBusy

AT_MOST_SECONDS = 2.0
"""For so long a busy connection is waited for; a read that takes longer has to be met the next time."""

_lock = threading.Lock()
_open: set[int] = set()
_shut_until = 0.0


def look_at(error: BaseException, engine: Engine) -> bool:
    """Begins a reopening if that is what the error asks for; says whether it is."""
    if not isinstance(error, sqlite3.OperationalError) or "readonly" not in str(error):
        return False
    global _shut_until  # noqa: PLW0603 -- the state is the process's, as the sharing is
    with _lock:
        if time.monotonic() > _shut_until:
            _shut_until = time.monotonic() + AT_MOST_SECONDS
    engine.dispose()
    return True


def _shut() -> bool:
    global _shut_until  # noqa: PLW0603 -- see above
    with _lock:
        if not _open:
            _shut_until = 0.0
        return time.monotonic() < _shut_until


def _refuse_while_shut() -> None:
    if _shut():
        raise DatabaseBusy("the database file is being opened anew")


@event.listens_for(Engine, "do_connect")
def _before_opening(dialect: Dialect, *_: Any) -> None:
    if dialect.name == "sqlite":
        _refuse_while_shut()


@event.listens_for(Engine, "connect")
def _opened(connection: Any, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        with _lock:
            _open.add(id(connection))


@event.listens_for(Engine, "close")
def _closing(connection: Any, _: ConnectionPoolEntry) -> None:
    with _lock:
        _open.discard(id(connection))


@event.listens_for(Engine, "checkout")
def _before_lending(connection: Any, *_: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        _refuse_while_shut()


@event.listens_for(Engine, "checkin")
def _given_back(connection: Any, record: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection) and _shut():
        record.invalidate()
