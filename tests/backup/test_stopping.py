"""A backup that is stopped or killed leaves no half file; a restore leaves the site as it was, or is past the point from which it is done whole."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.backup import make, manifest
from app.cli.long_work import Progress, Stopped, ended_at_once
from app.db import db
from bench.serving import ROOT
from tests.backup.test_backup import backed_up, filled, rows, run

__all__ = ["filled"]

MAKING = {"sqlite": ["pages", "reading", "packing", "unpacking", "checking"], "postgresql": ["rows", "reading", "packing", "unpacking", "checking"]}
RESTORING = ["unpacking", "reading", "checking"]


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """From now on the signal comes as soon as a command is at this step; the steps that it was at before."""
    show = Progress.show

    def at(step: str, number: signal.Signals = signal.SIGTERM) -> list[str]:
        seen: list[str] = []

        def showing(self: Progress, now: str, done: int, whole: int) -> None:
            show(self, now, done, whole)
            if now not in seen:
                seen.append(now)
                if now == step:
                    os.kill(os.getpid(), number)

        monkeypatch.setattr(Progress, "show", showing)
        return seen

    return at


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_backup_leaves_nothing(filled: Flask, stop_at: Any, place: int, number: signal.Signals, tmp_path: Path) -> None:
    steps = MAKING[db.engine.dialect.name]
    db.session.remove()
    seen = stop_at(steps[place], number)
    done = run(filled, "backup", "--to", str(tmp_path / "backups"))
    assert (done.exit_code, seen) == (1, steps[: place + 1])
    assert "Stopped. Nothing half was left behind" in done.stderr
    assert list((tmp_path / "backups").iterdir()) == []
    stop_at("nothing")
    assert backed_up(filled, tmp_path / "backups").is_file()


@pytest.mark.parametrize("place", range(3))
def test_a_stopped_restore_leaves_the_site_as_it_was_and_begins_anew(filled: Flask, stop_at: Any, place: int, tmp_path: Path) -> None:
    file = backed_up(filled, tmp_path / "backups")
    before = rows(filled)
    stop_at(RESTORING[place])
    done = run(filled, "restore", str(file), "--force")
    assert done.exit_code == 1
    assert "This site is as it was before. Run the same command again" in done.stderr
    assert rows(filled) == before
    assert [path.name for path in Path(filled.instance_path).glob(".frontdesk-*")] == []
    stop_at("nothing")
    again = run(filled, "restore", str(file), "--force")
    assert again.exit_code == 0, again.output


def test_past_the_point_of_no_way_back_it_is_done_whole(filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = backed_up(filled, tmp_path / "backups")
    monkeypatch.setattr("app.backup.restore.Restoring._put_files", lambda *_: (os.kill(os.getpid(), signal.SIGTERM), ([], []))[1])
    done = run(filled, "restore", str(file), "--force")
    assert done.exit_code == 0, done.output
    assert "cannot be stopped any more" in done.stderr
    assert "Mail is held" in done.output


def test_what_a_killed_one_left_is_removed_by_the_next_and_what_is_at_work_is_not(tmp_path: Path) -> None:
    script = "import os, signal, sys\nfrom pathlib import Path\nfrom app.backup.make import workshop\n"
    script += "with workshop(Path(sys.argv[1])) as shop:\n    (shop / 'half').write_text('x')\n    print(shop, flush=True)\n    sys.stdin.read()\n"
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        shop = Path(other.stdout.readline().strip())  # type: ignore[union-attr]
        with make.workshop(tmp_path):
            assert (shop / "half").exists(), "somebody works there"
        other.kill()
    assert (shop / "half").exists()
    with make.workshop(tmp_path):
        assert not shop.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_question_to_sqlite_that_takes_for_ever_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite3"
    with closing(sqlite3.connect(path)) as here:
        here.execute("CREATE TABLE t (a)")
    forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    with pytest.raises(Stopped), ended_at_once():
        manifest.asked(path, lambda here: here.execute(forever).fetchone())
    timer.join()
