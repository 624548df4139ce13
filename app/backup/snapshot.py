"""The database as it is at one moment, as a SQLite file, while the site goes on.

Decisions that stand here:

* From SQLite its own backup copies the pages; the copying connection holds a reading transaction, so all pages are of one moment and
  writers neither wait nor make it begin again.
* From PostgreSQL every table is read in one REPEATABLE READ transaction and written to a SQLite file with the same tables. Why not
  `pg_dump`: it has to fit the server's version and its file could not be restored to a site on SQLite. This way every backup can
  be opened, counted and checked by Python alone, and goes back to either database.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, LargeBinary, create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from app.db import UTCDateTime, db

PAGES = 2000
ROWS = 2000
VERSION = "alembic_version"

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and how much there is."""


def take(engine: Engine, target: Path, progress: Progress) -> None:
    """The file is a whole database of one moment, which is after the call began."""
    if engine.dialect.name == "sqlite":
        _copy(Path(str(engine.url.database)), target, progress)
    else:
        _read_out(engine, target, progress)


def _copy(source: Path, target: Path, progress: Progress) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as here, closing(sqlite3.connect(target, isolation_level=None)) as there:
        here.execute("BEGIN")
        here.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on this connection sees one moment
        here.backup(there, pages=PAGES, progress=lambda _status, left, whole: progress("pages", whole - left, whole))
        here.execute("ROLLBACK")
        there.execute("PRAGMA journal_mode=DELETE")


def _read_out(engine: Engine, target: Path, progress: Progress) -> None:
    empty = create_engine(f"sqlite:///{target}", poolclass=NullPool)
    db.metadata.create_all(empty)
    empty.dispose()
    tables = db.metadata.sorted_tables
    with closing(sqlite3.connect(target, isolation_level=None)) as there, closing(engine.raw_connection()) as raw:
        there.executescript(f"PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; CREATE TABLE {VERSION} (version_num TEXT NOT NULL PRIMARY KEY); BEGIN")
        driver: Any = raw.driver_connection
        with driver.cursor() as words:
            words.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            words.execute(f"SELECT version_num FROM {VERSION}")
            there.executemany(f"INSERT INTO {VERSION} VALUES (?)", words.fetchall())
            whole = sum(words.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0] for table in tables)
        done = 0
        for table in tables:
            with driver.cursor(name="backup") as cursor:
                cursor.itersize = ROWS
                cursor.execute(f'SELECT {", ".join(map(_said, table.columns))} FROM "{table.name}"')
                insert = f'INSERT INTO "{table.name}" ({_names(table.columns)}) VALUES ({", ".join("?" * len(table.columns))})'
                while rows := cursor.fetchmany(ROWS):
                    there.executemany(insert, rows)
                    done += len(rows)
                    progress("rows", done, whole)
        there.execute("COMMIT")
        raw.rollback()


def _names(columns: Sequence[Column[Any]] | Any) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _said(column: Column[Any]) -> str:
    """A value as SQLite holds it."""
    if isinstance(column.type, UTCDateTime):
        return f"to_char(\"{column.name}\" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    if isinstance(column.type, JSON):
        return f'"{column.name}"::text'
    return f'"{column.name}"::int' if isinstance(column.type, Boolean) else f'"{column.name}"'


def load(source: Path, engine: Engine, progress: Progress, about_to_commit: Callable[[], None]) -> None:
    """A PostgreSQL database of the same version holds these rows and no others; all of them, or it is as it was."""
    tables, done = db.metadata.sorted_tables, 0
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here, closing(engine.raw_connection()) as raw:
        driver: Any = raw.driver_connection
        with driver.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            cursor.execute(f"TRUNCATE {', '.join(_quoted(table.name) for table in tables)} RESTART IDENTITY CASCADE")
            whole = sum(here.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0] for table in tables)
            for table in tables:
                binary = [isinstance(column.type, LargeBinary) for column in table.columns]
                with cursor.copy(f'COPY "{table.name}" ({_names(table.columns)}) FROM STDIN') as copy:
                    for row in here.execute(f'SELECT {_names(table.columns)} FROM "{table.name}"'):
                        copy.write_row([value if value is None or raw_bytes else str(value) for value, raw_bytes in zip(row, binary, strict=True)])
                        done += 1
                        if done % ROWS == 0:
                            progress("rows", done, whole)
                if (number_column := table.autoincrement_column) is not None:
                    cursor.execute(_next_number(table.name, number_column.name))
        about_to_commit()
        raw.commit()


def _next_number(table: str, column: str) -> str:
    """The next row gets a number that none has."""
    largest = f'max("{column}")'
    return f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), greatest({largest}, 1), {largest} IS NOT NULL) FROM \"{table}\""


def _quoted(name: str) -> str:
    return f'"{name}"'
