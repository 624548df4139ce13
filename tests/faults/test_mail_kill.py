"""Workers killed with -9 at seven named points, several at once: no mail is lost, none goes out twice but in the one window.

Each worker kills itself (see `mail_worker.py`). In the window between the final dot and our commit nobody can know
whether the mail left; each such kill leaves a mark on its row, and only marked service mails may arrive a second time.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import db
from tests.faults.smtp_script import Script, ScriptedServer

ROOT = Path(__file__).resolve().parents[2]
SAFE = ("before claim", "after claim", "rendered", "connected")
WINDOW = ("DATA sent", "250 received", "before commit")
POINTS = (*SAFE, *WINDOW)
SOAK_KILLS = int(os.environ.get("SOAK_KILLS", "60"))
"""At each point."""
MAIL = db.metadata.tables["outbox_message"]


class Workers:
    """The processes, and what became of them."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.killed: Counter[str] = Counter()
        self.alive = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mail_worker"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def add(self, point: str = "", hit: int = 1) -> None:
        """One more."""
        assert self._process.stdin is not None
        self.alive += 1
        self._process.stdin.write(json.dumps({"point": point, "hit": hit}) + "\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            assert said["status"] == -9, said
            self.killed[said["point"]] += 1
            self.alive -= 1

    def stop(self) -> None:
        """Ends all of them."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._reader.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def running(environ: dict[str, str]) -> Iterator[Workers]:
    workers = Workers(environ)
    try:
        yield workers
    finally:
        workers.stop()


@pytest.fixture
def sink() -> Iterator[ScriptedServer]:
    """Takes everything and writes down the Message-IDs."""
    server = ScriptedServer(Script())
    yield server
    server.stop()


@pytest.fixture(params=["sqlite and huey's file", "postgresql and redis"])
def environ(request: pytest.FixtureRequest, tmp_path: Path, sink: ScriptedServer) -> dict[str, str]:
    """The settings of the workers, on empty real services."""
    instance = tmp_path / "instance"
    instance.mkdir()
    found = {
        "PATH": os.environ["PATH"], "INSTANCE_PATH": str(instance), "SECRET_KEY": "k" * 40, "LEASE_SECONDS": "5",
        "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(sink.port), "MAIL_USE_TLS": "false", "MAIL_DEFAULT_SENDER": "office@example.com",
    }  # fmt: skip
    if request.param.startswith("sqlite"):
        shutil.copyfile(request.getfixturevalue("sqlite_template"), instance / "frontdesk.sqlite3")
        return found | {"DATABASE_URL": f"sqlite:///{instance / 'frontdesk.sqlite3'}"}
    return found | {"DATABASE_URL": request.getfixturevalue("postgres_url"), "REDIS_URL": request.getfixturevalue("redis_server")}


def plan(engine: sa.Engine, count: int) -> None:
    now = sa.func.current_timestamp() if engine.dialect.name == "postgresql" else sa.text("'2026-01-01 00:00:00.000000'")
    with engine.begin() as connection:
        for number in range(count):
            kind = "confirmation" if number % 2 else "reminder_1h"
            fixed: dict[str, Any] = {
                "key": f"k{number}",
                "kind": kind,
                "recipient": f"guest{number}@example.org",
                "data": {},
                "message_id": f"<m{number}@example.com>",
            }
            connection.execute(sa.insert(MAIL).values(**fixed, state="planned", why="", due_at=now, created_at=now))


def rows_of(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(sa.select(MAIL.c.message_id, MAIL.c.kind, MAIL.c.state, MAIL.c.unsure, MAIL.c.why)))


def storm(environ: dict[str, str], sink: ScriptedServer, *, each: int, mails: int, at_once: int, seconds: float) -> tuple[Counter[str], list[Any]]:
    """Kills at each point so many times; returns the kills and what became of the mails."""
    dice = random.Random(7)
    orders = [point for point in POINTS for _ in range(each)]
    dice.shuffle(orders)
    engine = sa.create_engine(environ["DATABASE_URL"])
    plan(engine, mails)
    deadline = time.monotonic() + seconds
    with running(environ) as workers:
        while orders and time.monotonic() < deadline:
            while orders and workers.alive < at_once:
                workers.add(orders.pop(), dice.randint(1, 3))
            time.sleep(0.02)
        while workers.alive and time.monotonic() < deadline:
            time.sleep(0.02)
        workers.add()
        while time.monotonic() < deadline:
            rows = rows_of(engine)
            if all(row.state in {"sent", "unknown"} for row in rows) and workers.alive == 1:
                break
            time.sleep(0.2)
    engine.dispose()
    return workers.killed, rows


def judge(killed: Counter[str], rows: list[Any], sink: ScriptedServer, *, mails: int) -> None:
    copies = Counter(sink.log.taken)
    states = Counter(row.state for row in rows)
    marked = sum(row.unsure for row in rows)
    sys.stdout.write(f"mails {mails} kills {dict(killed)} states {dict(states)} arrived {sum(copies.values())} marked {marked}\n")
    assert all(killed[point] for point in POINTS), f"a point was never reached: {killed}"
    assert set(states) <= {"sent", "unknown"}
    assert {row.message_id for row in rows} == set(copies), "a mail is lost, or came from nowhere"
    assert [row for row in rows if copies[row.message_id] > 1 and not row.unsure] == [], "twice, and nobody knows why"
    assert [row for row in rows if copies[row.message_id] > 1 and row.kind.startswith("reminder")] == [], "a reminder went out twice"
    assert max(copies.values()) <= 2
    in_window = sum(killed[point] for point in WINDOW)
    assert marked >= in_window, "a kill in the window left no mark"
    assert sum(copies.values()) - mails <= in_window
    assert all(row.state == "unknown" for row in rows if row.unsure and row.kind.startswith("reminder"))


def test_a_kill_at_any_of_seven_points_loses_nothing_and_doubles_nothing_but_in_the_window(environ: dict[str, str], sink: ScriptedServer) -> None:
    killed, rows = storm(environ, sink, each=1, mails=60, at_once=3, seconds=60)
    judge(killed, rows, sink, mails=60)


@pytest.mark.soak
def test_many_kills_at_seven_points(environ: dict[str, str], sink: ScriptedServer) -> None:
    """`SOAK_KILLS` at each point."""
    mails = 40 * SOAK_KILLS
    killed, rows = storm(environ, sink, each=SOAK_KILLS, mails=mails, at_once=8, seconds=120 + 20 * SOAK_KILLS)
    judge(killed, rows, sink, mails=mails)
