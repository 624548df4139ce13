"""Where secrets stand in clear and should not: files of the repository, files of the site, logs, rows of the database.

Values are searched for in this process and in the database only; none is ever an argument of a program, where others could read it.
"""

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import JSON, ColumnElement, LargeBinary, Text, cast, func, literal, or_, select
from sqlalchemy.engine import Engine

from app.db import db

SHORTEST = 8
"""Anything shorter stands everywhere by accident."""
CHUNK = 4 * 1024 * 1024
GIT_SECONDS = 20


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


def in_files(wanted: Mapping[str, Sequence[bytes]], paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Setting and file, for each that holds one; files that cannot be read are passed over."""
    longest = max((len(each) for parts in wanted.values() for each in parts), default=0)
    for path in paths:
        try:
            names = _in_file(wanted, path, longest)
        except OSError:
            continue
        for name in sorted(names):
            yield name, path


def of_repository(root: Path) -> list[Path] | None:
    """Every file that git knows or would add; None where there is no repository."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(listing, cwd=root, capture_output=True, check=True, timeout=GIT_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    return [root / name for name in listed.stdout.decode(errors="replace").split("\0") if name]


def in_database(wanted: Mapping[str, Sequence[bytes]], engine: Engine) -> Iterator[tuple[str, str]]:
    """Setting and table.column, for each that holds one. Reads every row, so it takes its time with many."""
    with engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Text | JSON | LargeBinary):
                    for name, parts in wanted.items():
                        holds = or_(*(_holds(engine, column, part) for part in parts))
                        if connection.execute(select(literal(1)).select_from(table).where(holds).limit(1)).first() is not None:
                            yield name, f"{table.name}.{column.name}"


def _holds(engine: Engine, column: ColumnElement[Any], part: bytes) -> ColumnElement[bool]:
    find = func.strpos if engine.dialect.name == "postgresql" else func.instr
    if not isinstance(column.type, LargeBinary):
        return find(cast(column, Text), part.decode()) > 0
    if engine.dialect.name == "postgresql":  # the function that knows bytes is spelled as a phrase
        return func.strpos(func.encode(column, "escape"), part.decode()) > 0
    return find(column, part) > 0


def _in_file(wanted: Mapping[str, Sequence[bytes]], path: Path, longest: int) -> set[str]:
    found: set[str] = set()
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(CHUNK):
            window = before + chunk
            found |= {name for name, parts in wanted.items() if any(part in window for part in parts)}
            before = window[-longest:]
    return found
