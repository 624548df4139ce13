"""What it means that the store is away for now, on either database: come back later, nothing is wrong with the request."""

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class DatabaseBusy(Exception):
    """The store is away for now: locked, full, read-only or gone. Nothing was promised, the caller may try again."""


STORE_ERRORS = (DatabaseBusy, DBAPIError)
"""Everything that can keep a row from being stored."""


AWAY_WORDS = ("locked", "busy", "disk is full", "readonly database", "disk i/o error", "unable to open database")
AWAY_STATES = ("08", "25006", "53", "57", "58")
"""Beginnings of PostgreSQL's codes for: connection lost, read-only, out of resources, shutting down or starting, system error."""


def is_away(error: BaseException) -> bool:
    """Whether an error means that the store is away for now, and not that the statement or its values are wrong."""
    if isinstance(error, DatabaseBusy | PoolTimeout):
        return True
    if isinstance(error, sqlite3.OperationalError):
        return any(words in str(error).lower() for words in AWAY_WORDS)
    state = getattr(error, "sqlstate", "")
    if state is None:  # no answer from the server at all
        return type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}
    return str(state).startswith(AWAY_STATES)
