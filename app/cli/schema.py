"""Bring the database to the current schema before serving, one process at a time."""

import fcntl

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

from app.cli import printing
from app.cli.store import has_tables
from app.config import MIGRATIONS, Settings
from app.db import db

CANNOT = "INSTANCE_PATH {folder} cannot be written ({why}): check its permissions or set another folder."


def bring_up_to_date(app: Flask) -> None:
    """Migrates when the schema is behind; ends the command when the database cannot be reached or is newer than the code."""
    settings: Settings = app.extensions["settings"]
    folder = settings.INSTANCE_PATH.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "migrate.lock").open("w") as lock, app.app_context():
            fcntl.flock(lock, fcntl.LOCK_EX)
            script = ScriptDirectory(str(MIGRATIONS))
            with db.engine.connect() as connection:
                found = MigrationContext.configure(connection).get_current_revision()
            known = {revision.revision for revision in script.walk_revisions()}
            if found is not None and found not in known:
                printing.stop(f"The database is at revision {found}, which this version does not know: run the newer version of Frontdesk.")
            if found != script.get_current_head():
                upgrade(directory=str(MIGRATIONS))
            db.engine.dispose()  # SQLite must not be open in a process that forks
    except OSError as error:
        printing.stop(CANNOT.format(folder=folder, why=error.strerror))


def make_when_there_is_none(app: Flask) -> None:
    """A database without a single table gets them, so that the first command on a new machine need not be the right one."""
    folder = app.extensions["settings"].INSTANCE_PATH.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        printing.stop(CANNOT.format(folder=folder, why=error.strerror))
    with app.app_context():
        empty = not has_tables()
    if empty:
        bring_up_to_date(app)
