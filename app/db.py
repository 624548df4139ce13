"""The database: one session, two kinds of transaction, portable column types.

Decisions that stand here:

* Writes happen only inside `transaction()`. On SQLite it begins with `BEGIN IMMEDIATE` behind one
  process-wide lock; everything else reads in a plain `BEGIN`, so readers never wait for a writer.
  A flush outside `transaction()` is an error: a page that only shows must not be able to write.
* `synchronous=FULL`: a receipt that was acknowledged is on disk.
* Whatever means "the store is away for now" (locked, full, read-only, server gone) is `DatabaseBusy` everywhere: a page
  then says 503, a worker looks again in a moment, and no connection from before is used again.
* Models are plain SQLAlchemy (`Mapped[...]`, `select()`), which keeps the way out of the Flask glue short.
"""

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, MetaData, Text, Update, event, func, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine, ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import TypeDecorator

from app import reopening
from app.away import DatabaseBusy, is_away

BUSY_SECONDS = 5
"""How long a writer waits for the write lock before the caller is told to come back later."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


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
def transaction(*, durable: bool = True) -> Iterator[Session]:
    """A session that may write; commits at the end, rolls back and re-raises on any error.

    Without `durable` the commit does not wait for the disk: it outlives every process of ours, but not the machine.
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
    _local.writing, _local.durable = True, durable
    try:
        if not durable and not embedded:
            session.execute(text("SET LOCAL synchronous_commit TO off"))
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _local.writing, _local.durable = False, True
        if embedded:
            _write_lock.release()


@contextmanager
def committed_cursor(engine: Engine, *, deadline: float, one_statement: bool = False) -> Iterator[Any]:
    """A cursor that may write, without the ORM; what it wrote is on disk when the block ends.

    With `one_statement` PostgreSQL commits it by itself, which saves the words for beginning and end.

    Raises `DatabaseBusy` when the store is away or the write lock is not free by `deadline` (of `time.monotonic()`).
    """
    embedded = engine.dialect.name == "sqlite"
    if embedded and not _write_lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise DatabaseBusy("another writer held the database")
    raw = cursor = None
    try:
        raw = engine.raw_connection()
        cursor = raw.cursor()
        _begin_raw(raw, cursor, deadline=deadline, one_statement=one_statement)
        yield cursor
        raw.commit()
        _end_raw(raw, cursor)
    except Exception as error:
        if raw is not None:
            with suppress(Exception):
                raw.rollback()
            if cursor is not None:
                cursor.close()  # SQLite keeps a closed connection for as long as a statement of it is kept, and a traceback keeps it
            raw.invalidate()
        if embedded and is_away(error) and not reopening.look_at(error, engine):
            engine.dispose()
        if is_away(error):
            raise DatabaseBusy(str(error)) from error
        raise
    finally:
        if raw is not None:
            raw.close()
        if embedded:
            _write_lock.release()


def _begin_raw(raw: PoolProxiedConnection, cursor: Any, *, deadline: float, one_statement: bool) -> None:
    driver: Any = raw.driver_connection
    if isinstance(driver, sqlite3.Connection):
        cursor.execute(f"PRAGMA busy_timeout={max(1, int((deadline - time.monotonic()) * 1000))}")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("BEGIN IMMEDIATE")
    elif one_statement:
        driver.autocommit = True


def _end_raw(raw: PoolProxiedConnection, cursor: Any) -> None:
    driver: Any = raw.driver_connection
    if isinstance(driver, sqlite3.Connection):
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    else:
        driver.autocommit = False
    cursor.close()


def write_one(statement: Update, *, durable: bool = True) -> bool:
    """Carries out one UPDATE as a transaction of its own, with as few words to the server as can be; whether a row changed.

    `durable` as for `transaction`.
    """
    if db.engine.dialect.name == "sqlite":
        with transaction(durable=durable) as session:
            return bool(session.connection().execute(statement).rowcount)
    if not durable:
        statement = statement.where(func.set_config("synchronous_commit", "off", True) == "off")  # noqa: FBT003 -- SQL takes no names: for this transaction only
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return bool(connection.execute(statement).rowcount)


def one_writer(session: Session, topic: int) -> None:
    """From here to the commit, no other transaction holds the same topic (PostgreSQL; SQLite has one writer anyway)."""
    if db.engine.dialect.name != "postgresql":
        return
    transaction, held = session.get_transaction(), session.info.get("topics")
    if held is not None and held[0]() is transaction and topic in held[1]:
        return
    session.execute(text("SELECT pg_advisory_xact_lock(:topic)"), {"topic": topic})
    if transaction is not None and not session.in_nested_transaction():  # what is locked inside a savepoint may be let go with it
        topics = held[1] if held is not None and held[0]() is transaction else set()
        session.info["topics"] = (weakref.ref(transaction), topics | {topic})


def insert(table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` on either database."""
    return insert_into(db.engine, table)


def insert_into(engine: Engine, table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """The same for a database that need not be the one of the current app."""
    return postgresql.insert(table) if engine.dialect.name == "postgresql" else sqlite.insert(table)


@event.listens_for(Session, "before_flush")
def _refuse_flush_outside_transaction(session: Session, *_: object) -> None:
    if not _writing() and (session.new or session.dirty or session.deleted):
        msg = "a write outside transaction(): reading code must not change data"
        raise RuntimeError(msg)


GIVE_UP = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""libpq's words for giving up a server that the network hides: seconds, `tcp_user_timeout` in milliseconds."""


@event.listens_for(Engine, "do_connect")
def _give_up_in_time(dialect: Dialect, _: ConnectionPoolEntry, __: Any, options: dict[str, Any]) -> None:
    if dialect.name == "postgresql":
        options.update({name: value for name, value in GIVE_UP.items() if name not in options})


@event.listens_for(Engine, "connect")
def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    if "sqlite3" not in type(connection).__module__:
        # All questions here are short; PostgreSQL would take a tenth of a second to compile one that it expects to be long.
        connection.execute("SET jit = off")
        connection.commit()
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
        if _writing() and not _local.durable:
            connection.info["in a hurry"] = True
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing() else "BEGIN")


@event.listens_for(Engine, "checkin")
def _wait_for_the_disk_again(connection: Any, record: ConnectionPoolEntry) -> None:
    if connection is not None and record.info.pop("in a hurry", False):
        connection.execute("PRAGMA synchronous=FULL")


@event.listens_for(Engine, "handle_error")
def _say_that_it_is_away(context: ExceptionContext) -> None:
    if is_away(context.original_exception):
        if context.engine is not None and reopening.look_at(context.original_exception, context.engine):
            context.is_disconnect = True  # a connection that was opened read-only stays so
        raise DatabaseBusy(str(context.original_exception)) from context.original_exception


def answers() -> bool:
    """Whether the database can be reached."""
    try:
        db.session.execute(text("SELECT 1"))
    except DatabaseBusy:
        return False
    finally:
        db.session.rollback()
    return True


def takes_writes() -> bool:
    """Whether a write could be made now; nothing is written.

    A statement is needed, if only one that touches no row: SQLite lets a write begin on a file that may only be read.
    """
    table = next(iter(db.metadata.tables))
    try:
        with committed_cursor(db.engine, deadline=time.monotonic() + 1.0) as cursor:
            cursor.execute(f'DELETE FROM "{table}" WHERE 1 = 0')  # noqa: S608 -- the name is our own
    except DatabaseBusy:
        return False
    return True
