"""Where secrets stand in clear and should not: files of the repository, files of the site, logs, rows of the database.

Values are searched for in this process and in the database only; none is ever an argument of a program, where others could read it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import JSON, ColumnElement, LargeBinary, Table, Text, cast, func, literal, or_, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from app.db import db

SHORTEST = 8
"""Anything shorter stands everywhere by accident."""
CHUNK = 4 * 1024 * 1024
STEPS = 1_000_000
"""Of SQLite, between two looks at whether it is enough."""
TOGETHER = 200
"""So many conditions in one question; SQLite takes at most a thousand."""

Enough = Callable[[], bool]


def needles(values: Mapping[str, str]) -> dict[str, list[bytes]]:
    """Setting → what to look for: each part of a list, and of an address only the password in it."""
    found = {}
    for name, value in values.items():
        parts = [part.strip() for part in value.split(",")]
        if "://" in value:
            parts = [unquote(password) if (password := urlsplit(value).password) else ""]
        if wanted := [part.encode() for part in parts if len(part) >= SHORTEST]:
            found[name] = wanted
    return found


def in_files(wanted: Mapping[str, Sequence[bytes]], paths: Iterable[Path], enough: Enough) -> Iterator[tuple[str, Path]]:
    """Setting and file, for each that holds one, until it is enough; files that cannot be read are passed over."""
    longest = longest_of(wanted)
    for path in paths:
        if enough():
            return
        try:
            with path.open("rb") as file:
                names = in_pieces(wanted, _pieces(file, enough), longest)
        except OSError:
            continue
        for name in sorted(names):
            yield name, path


def in_pieces(wanted: Mapping[str, Sequence[bytes]], pieces: Iterable[bytes], longest: int) -> set[str]:
    """The settings that stand in something that comes piece by piece."""
    found: set[str] = set()
    before = b""
    for piece in pieces:
        window = before + piece
        found |= {name for name, parts in wanted.items() if any(part in window for part in parts)}
        before = window[-longest:]
    return found


def longest_of(wanted: Mapping[str, Sequence[bytes]]) -> int:
    """How much of one piece must be looked at together with the next."""
    return max((len(each) for parts in wanted.values() for each in parts), default=1)


def in_database(wanted: Mapping[str, Sequence[bytes]], engine: Engine, enough: Enough) -> Iterator[tuple[str, str]]:
    """Setting and table.column, for each that holds one, until it is enough. Reads every row once, and again only where something is."""
    with engine.connect() as connection, _stopping(connection, enough):
        for table in db.metadata.sorted_tables:
            places = [(name, column, _found(engine, column, parts)) for column in table.columns if _has_text(column) for name, parts in wanted.items()]
            for some in (places[first : first + TOGETHER] for first in range(0, len(places), TOGETHER)):
                if enough() or not _is_there(connection, table, [holds for _, _, holds in some]):
                    continue
                for name, column, holds in some:
                    if _is_there(connection, table, [holds]):
                        yield name, f"{table.name}.{column.name}"


@contextmanager
def _stopping(connection: Connection, enough: Enough) -> Iterator[None]:
    """Ends a long look of SQLite, which cannot be interrupted otherwise, as soon as it is enough."""
    driver: Any = connection.connection.driver_connection
    watched = connection.dialect.name == "sqlite"
    if watched:
        driver.set_progress_handler(enough, STEPS)
    try:
        yield
    except OperationalError:
        if not enough():
            raise
    finally:
        if watched:
            driver.set_progress_handler(None, 0)


def _is_there(connection: Connection, table: Table, holds: Sequence[ColumnElement[bool]]) -> bool:
    return connection.execute(select(literal(1)).select_from(table).where(or_(*holds)).limit(1)).first() is not None


def _has_text(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, Text | JSON | LargeBinary)


def _found(engine: Engine, column: ColumnElement[Any], parts: Sequence[bytes]) -> ColumnElement[bool]:
    return or_(*(_holds(engine, column, part) for part in parts))


def _holds(engine: Engine, column: ColumnElement[Any], part: bytes) -> ColumnElement[bool]:
    find = func.strpos if engine.dialect.name == "postgresql" else func.instr
    if not isinstance(column.type, LargeBinary):
        return find(cast(column, Text), part.decode()) > 0
    if engine.dialect.name == "postgresql":  # the function that knows bytes is spelled as a phrase
        return func.strpos(func.encode(column, "escape"), part.decode()) > 0
    return find(column, part) > 0


def _pieces(file: IO[bytes], enough: Enough) -> Iterator[bytes]:
    while not enough() and (piece := file.read(CHUNK)):
        yield piece
