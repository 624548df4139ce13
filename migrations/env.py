"""Alembic's environment: the app's engine, batch mode (SQLite cannot ALTER), nothing that belongs to other tools."""

from typing import Any

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def include_object(_object: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:  # noqa: FBT001 -- Alembic's signature
    """Tables that no model knows are not ours to drop."""
    return not (type_ == "table" and reflected and compare_to is None and name not in database.metadata.tables)


def run() -> None:
    """Runs the migrations in one transaction, with foreign keys off on SQLite while tables are rebuilt."""
    current_app.extensions["settings"].INSTANCE_PATH.mkdir(parents=True, exist_ok=True)  # a fresh checkout has no folder for its database
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        embedded = connection.dialect.name == "sqlite"
        if embedded:
            driver.execute("PRAGMA foreign_keys=OFF")  # past SQLAlchemy: inside a transaction it would do nothing, and say nothing
        elif connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_lock(7300)")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=include_object,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
        finally:
            if embedded:
                connection.rollback()
                driver.execute("PRAGMA foreign_keys=ON")


run()
