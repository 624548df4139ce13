"""Where the pace of a key lies: a row of the database, Redis, or the memory of one process."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import redis
from sqlalchemy import ClauseElement, select, update
from sqlalchemy.engine import Engine

from app.away import DatabaseBusy
from app.calcom.models import CalcomPace
from app.calcom.pace import Result, State, Store, StoreAway
from app.db import committed_cursor, insert_into

LOOK_SECONDS = 2.0
KEPT_SECONDS = 3600


class Memory:
    """For tests and tools that run alone."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}
        self._lock = threading.Lock()

    def change(self, key: str, change: Callable[[State], tuple[State, Result]]) -> Result:
        with self._lock:
            self._states[key], result = change(self._states.get(key, State()))
            return result


class Row:
    """A row of `calcom_pace`, in a transaction of its own. The engine is asked for each time: it may be opened anew."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    def change(self, key: str, change: Callable[[State], tuple[State, Result]]) -> Result:
        engine = self._engine()
        mine = CalcomPace.key_hash == key
        once = insert_into(engine, CalcomPace).values(key_hash=key, state="").on_conflict_do_nothing()
        try:
            with committed_cursor(engine, deadline=time.monotonic() + LOOK_SECONDS) as cursor:
                _run(cursor, engine, once)
                _run(cursor, engine, select(CalcomPace.state).where(mine).with_for_update())
                before = _read(cursor.fetchone()[0])
                after, result = change(before)
                if after != before:
                    _run(cursor, engine, update(CalcomPace).where(mine).values(state=_written(after)))
                return result
        except (DatabaseBusy, engine.dialect.loaded_dbapi.Error) as error:
            raise StoreAway(type(error).__name__) from error


def _run(cursor: Any, engine: Engine, statement: ClauseElement) -> None:
    compiled: Any = statement.compile(dialect=engine.dialect)
    values = compiled.params
    cursor.execute(compiled.string, values if compiled.positiontup is None else [values[name] for name in compiled.positiontup])


class Shelf:
    """A value of Redis."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=LOOK_SECONDS, socket_connect_timeout=LOOK_SECONDS)

    def change(self, key: str, change: Callable[[State], tuple[State, Result]]) -> Result:
        name = f"frontdesk:pace:{key}"
        try:
            with self._redis.pipeline() as pipe:
                while True:
                    pipe.watch(name)
                    before = _read(pipe.get(name))
                    after, result = change(before)
                    pipe.multi()
                    if after != before:
                        pipe.set(name, _written(after), ex=KEPT_SECONDS)
                    with suppress(redis.WatchError):  # somebody was faster: look again
                        pipe.execute()
                        return result
        except redis.RedisError as error:
            raise StoreAway(type(error).__name__) from error


def store_of(redis_url: str, engine: Callable[[], Engine]) -> Store:
    """Redis where there is one, else the database."""
    return Shelf(redis_url) if redis_url else Row(engine)


def _read(stored: Any) -> State:
    """The state as it was stored; a new one for what cannot be read."""
    try:
        found = json.loads(stored or "{}")
        return State(**{name: type(value)(found[name]) for name, value in asdict(State()).items() if name in found})
    except (ValueError, TypeError):
        return State()


def _written(state: State) -> str:
    return json.dumps(asdict(state))
