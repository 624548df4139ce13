"""What a worker writes with: one connection, kept while it works, on which each statement is committed by itself.

On PostgreSQL a connection from the pool is asked whether it still lives, begun, reset and given back; around a statement
as small as the mark on a mail that costs more than the statement. SQLite has no server to ask: there each statement is a
`transaction()` like any other, behind the lock that all writers of a process share.

When not to use it: for two changes that must happen together, and for a statement that is not made once and for all.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Self

from sqlalchemy import RowMapping, Update, func
from sqlalchemy.engine import Connection, CursorResult

from app.db import db, transaction


class Pen:
    """Open it with `with`; it takes its connection with the first statement and a new one after an error."""

    def __init__(self) -> None:
        self._kept: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go()

    def change(self, statement: Update, values: Mapping[str, Any], *, durable: bool = True) -> int:
        """How many rows it changed. `durable` as for `transaction`. Raises `DatabaseBusy`."""
        if db.engine.dialect.name == "sqlite":
            with transaction(durable=durable) as session:
                return session.connection().execute(statement, values).rowcount
        return self._execute(statement, values, durable=durable).rowcount

    def take(self, statement: Update, values: Mapping[str, Any], *, durable: bool = True) -> Sequence[RowMapping]:
        """The rows that it returns. `durable` as for `transaction`. Raises `DatabaseBusy`."""
        if db.engine.dialect.name == "sqlite":
            with transaction(durable=durable) as session:
                return session.connection().execute(statement, values).mappings().all()
        return self._execute(statement, values, durable=durable).mappings().all()

    def _execute(self, statement: Update, values: Mapping[str, Any], *, durable: bool) -> CursorResult[Any]:
        if self._kept is None:
            self._kept = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            return self._kept.execute(statement if durable else _hurried(statement), values)
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._kept is not None:
            kept, self._kept = self._kept, None
            with suppress(Exception):  # the connection may be gone, which the pool finds out by itself
                kept.close()


@cache
def _hurried(statement: Update) -> Update:
    """The same, but PostgreSQL answers before the disk does, for this transaction only."""
    return statement.where(func.set_config("synchronous_commit", "off", True) == "off")  # noqa: FBT003 -- SQL takes no names
