"""What a command says when the database is away or has no tables yet: one line that says what to do, and no stack."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from app.away import DatabaseBusy
from app.cli import printing
from app.db import db

TABLE = "admin_user"
"""Where this one is, the others are."""


def explained(command: click.Command) -> click.Command:
    """The command with all beneath it; what fails for want of a database ends with exit status 2."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            explained(each)
    elif command.callback is not None:
        command.callback = _guarded(command.callback)
    return command


def has_tables() -> bool:
    """Whether the database of the app that runs was ever brought up to date. Raises `DatabaseBusy`."""
    with db.engine.connect() as connection:
        return db.engine.dialect.has_table(connection, TABLE)


def _guarded(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return callback(*args, **options)
        except Exception as error:
            try:
                empty = not isinstance(error, DatabaseBusy) and not has_tables()
            except DatabaseBusy as busy:
                error = busy
            if isinstance(error, DatabaseBusy):
                printing.stop(f"The database cannot be used: {str(error).rstrip('.')}. If nothing has run here yet: flask db upgrade")
            if empty:
                printing.stop("The database has no tables yet. flask db upgrade makes them; flask serve does so by itself.")
            raise

    return run
