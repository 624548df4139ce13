"""The database: one session, two kinds of transaction, portable column types.

Decisions that stand here:

* Writes happen only inside `transaction()`. On SQLite it begins with `BEGIN IMMEDIATE` behind one
  process-wide lock; everything else reads in a plain `BEGIN`, so readers never wait for a writer.
  A flush outside `transaction()` is an error: a page that only shows must not be able to write.
* `synchronous=FULL`: a receipt that was acknowledged is on disk.
* Models are plain SQLAlchemy (`Mapped[...]`, `select()`), which keeps the way out of the Flask glue short.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, MetaData, Text, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

BUSY_SECONDS = 5
"""How long a writer waits for the write lock before the caller is told to come back later."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class DatabaseBusy(Exception):
    """The write lock could not be had in time; nothing was written, the caller may try again."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"naive datetime {value!r}: times are stored as aware UTC"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The declarative base: text without length, UTC times, predictable constraint names."""

    metadata = MetaData(naming_convention=NAMING)
    registry = registry(
        metadata=metadata,
        type_annotation_map={str: Text(), datetime: UTCDateTime(), dict[str, Any]: JSON(), list[Any]: JSON()},
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_write_lock = threading.Lock()
_local = threading.local()


def _writing() -> bool:
    return bool(getattr(_local, "writing", False))


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that may write; commits at the end, rolls back and re-raises on any error.

    Raises `DatabaseBusy` when another writer holds the database for longer than `BUSY_SECONDS`.
    """
    session: Session = db.session()
    if _writing():
        msg = "transaction() inside transaction(): open it once, at the edge"
        raise RuntimeError(msg)
    embedded = db.engine.dialect.name == "sqlite"
    if embedded and not _write_lock.acquire(timeout=BUSY_SECONDS):
        msg = f"another writer held the database for {BUSY_SECONDS} s"
        raise DatabaseBusy(msg)
    session.rollback()
    _local.writing = True
    try:
        yield session
        session.commit()
    except OperationalError as error:
        session.rollback()
        if "locked" in str(error) or "busy" in str(error):
            raise DatabaseBusy(str(error.orig)) from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        _local.writing = False
        if embedded:
            _write_lock.release()


def one_writer(session: Session, topic: int) -> None:
    """From here to the commit, no other transaction holds the same topic (PostgreSQL; SQLite has one writer anyway)."""
    if db.engine.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:topic)"), {"topic": topic})


def insert(table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` on either database."""
    return postgresql.insert(table) if db.engine.dialect.name == "postgresql" else sqlite.insert(table)


@event.listens_for(Session, "before_flush")
def _refuse_flush_outside_transaction(session: Session, *_: object) -> None:
    if not _writing() and (session.new or session.dirty or session.deleted):
        msg = "a write outside transaction(): reading code must not change data"
        raise RuntimeError(msg)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    if "sqlite3" not in type(connection).__module__:
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing() else "BEGIN")


def answers() -> bool:
    """Whether the database can be reached."""
    try:
        db.session.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    finally:
        db.session.rollback()
    return True
