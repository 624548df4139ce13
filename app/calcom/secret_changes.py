"""Secrets that were made new at run time, as every process knows them within a second, and what counts now.

Decisions that stand here:

* Looked up when somebody asks, once a second at most, on a raw connection: the receiver asks with every delivery. Whoever changes
  a secret waits for `LEARNT_SECONDS` before Cal.com is told, so that no process can meet what it does not know.
* When the database cannot be read, what was known last goes on counting. Who cannot read the row cannot store a delivery either.
* The moment from which the old one is refused stands in the row, so that every process drops it at the same time without being told.
* Once the change is over the settings count again as soon as they hold anything that was not retired: whoever edits them means it.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Engine

from app.calcom.models import SecretChange
from app.sealing import Seal, footprint

PURPOSE = "secrets made new"
LOOK_SECONDS = 1.0
LEARNT_SECONDS = 3.0
"""After so long every process knows of a row, or waits for the look that will tell it."""
WAIT_SECONDS = 1.0
COLUMNS = ("name", "value", "before", "retiring", "retired", "drop_at")

log = structlog.get_logger()


@dataclass(frozen=True)
class Change:
    """One row, opened."""

    value: str = field(repr=False)
    """Empty while there is none yet, or when no key of ours opens it."""
    before: tuple[str, ...] = field(repr=False)
    retiring: frozenset[str]
    retired: frozenset[str]
    drop_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether what was in force before is refused."""
        return self.drop_at is not None and now >= self.drop_at


def in_force(name: str, change: Change | None, set_here: Sequence[str], *, now: datetime) -> list[str]:
    """Which values of a setting count now, newest first; `set_here` are those of the settings."""
    if change is None:
        return list(set_here)
    new = [change.value] if change.value else []
    over = change.is_over(now)
    gone = change.retired | (change.retiring if over else frozenset())
    fresh = [value for value in set_here if footprint(name, value) not in gone]
    if over:
        return fresh or new
    return list(dict.fromkeys([*new, *fresh, *change.before]))


def changes_of(keys: Sequence[str], engine: Callable[[], Engine]) -> "Changes":
    """Those of this site; `keys` seal at rest, the present one first."""
    return Changes(engine, Seal(keys, purpose=PURPOSE))


class Unchanged:
    """Where nothing is ever made new: programs without a database."""

    def of(self, name: str, *, now: bool = False) -> Change | None:
        """Nothing."""
        return None


class Changes:
    """The rows, as they were a second ago at most."""

    def __init__(self, engine: Callable[[], Engine], seal: Seal) -> None:
        self._engine, self._seal = engine, seal
        self._known: dict[str, Change] = {}
        self._looked_at = float("-inf")
        self._tried_at = float("-inf")
        self._looking = threading.Lock()
        self._complained = False

    def of(self, name: str, *, now: bool = False) -> Change | None:
        """What is known of a setting; `now` looks in any case."""
        age = time.monotonic() - self._looked_at
        if now or age > LOOK_SECONDS:
            # While one looks the others go on with what they know, unless that is older than anybody relies on.
            patience = WAIT_SECONDS if now or age > LOOK_SECONDS * 2 else 0
            if self._looking.acquire(timeout=patience) if patience else self._looking.acquire(blocking=False):
                try:
                    self._look(since=float("inf") if now else LOOK_SECONDS)
                finally:
                    self._looking.release()
        return self._known.get(name)

    def _look(self, *, since: float) -> None:
        begun = time.monotonic()
        if since != float("inf") and (begun - self._looked_at <= since or begun - self._tried_at <= LOOK_SECONDS / 4):
            return  # another thread was faster, or the database is away
        self._tried_at = begun
        try:
            self._known = {row["name"]: self._opened(row) for row in _rows(self._engine())}
        except Exception:
            if not self._complained:
                log.warning("secrets that were made new cannot be read; those known count on", exc_info=True)
            self._complained = True
            return
        self._looked_at, self._complained = begun, False

    def _opened(self, row: dict[str, Any]) -> Change:
        value = self._seal.open(row["value"]) if row["value"] else ""
        before = self._seal.open(row["before"]) if row["before"] else "[]"
        if value is None or before is None:
            log.error("a secret that was made new does not open: is SECRET_KEY another one, without the old one in SECRET_KEY_FALLBACKS?", setting=row["name"])
        return Change(value or "", tuple(json.loads(before or "[]")), frozenset(row["retiring"]), frozenset(row["retired"]), row["drop_at"])


def _rows(engine: Engine) -> list[dict[str, Any]]:
    """Not through the ORM: whoever asks may be inside a transaction of its own."""
    table = SecretChange.__table__
    wanted = select(*(table.c[name] for name in COLUMNS)).compile(dialect=engine.dialect)
    read = {name: table.c[name].type.dialect_impl(engine.dialect).result_processor(engine.dialect, None) for name in COLUMNS}
    with closing(engine.raw_connection()) as raw:
        cursor = raw.cursor()
        try:
            cursor.execute(wanted.string)
            found = cursor.fetchall()
        finally:
            cursor.close()
    return [{name: convert(value) if (convert := read[name]) else value for name, value in zip(COLUMNS, row, strict=True)} for row in found]
