"""The jobs: nudges that may be lost, one runner per machine, clean ends."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.db import db
from app.inbox import queries
from app.inbox.receive import receive
from app.jobs.embedded import Runner, take_lock
from app.jobs.queue import make_queue, nudger


def wait_for(condition: Callable[[], bool], *, seconds: float = 15) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_storm_of_nudges_wakes_the_workers_once() -> None:
    woken: list[int] = []
    nudge = nudger(lambda: woken.append(1))
    for _ in range(100):
        nudge()
    assert len(woken) == 1


def test_only_one_process_holds_the_lock(tmp_path: Path) -> None:
    first = take_lock(tmp_path / "worker.lock")
    assert first is not None
    assert take_lock(tmp_path / "worker.lock") is None
    first.close()
    again = take_lock(tmp_path / "worker.lock")
    assert again is not None
    again.close()


@pytest.fixture(params=["sqlite", "redis"])
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The job queue on its own SQLite file and on Redis."""
    url = request.getfixturevalue("redis_server") if request.param == "redis" else ""
    return make_queue(redis_url=url, instance=tmp_path)


def test_a_task_runs_on_either_queue_and_the_runner_stops(queue: Any) -> None:
    ran = threading.Event()
    wake = queue.task(name="work")(ran.set)
    runner = Runner(queue, lambda _: None, lock=None)
    runner.start()
    wake()
    assert ran.wait(15)
    runner.stop(seconds=5)
    assert runner.stopping


def test_the_sweep_finds_what_a_lost_nudge_left_and_survives_an_error(tmp_path: Path) -> None:
    ticks: list[int] = []

    def tick(_: Callable[[], bool]) -> None:
        ticks.append(1)
        raise OSError("once in a while")

    runner = Runner(make_queue(redis_url="", instance=tmp_path), tick, lock=None)
    runner.start()
    assert wait_for(lambda: len(ticks) >= 2)
    runner.stop(seconds=5)


def test_an_embedded_site_processes_what_arrives(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    runner = app.extensions["works"].start_embedded()
    assert runner is not None
    assert app.extensions["works"].start_embedded() is None
    try:
        with app.app_context():
            receive(db.engine, body=b"false", headers={}, subscription="", secret="")

            def processed() -> bool:

                db.session.rollback()
                return queries.counts_by_state() == {"ignored": 1}

            assert wait_for(processed)
    finally:
        runner.stop(seconds=5)


def test_with_redis_the_web_process_leaves_the_work_to_workers(make_app: Callable[..., Flask], redis_server: str) -> None:
    app = make_app(REDIS_URL=redis_server)
    assert app.extensions["works"].start_embedded() is None
    runner = app.extensions["works"].start_runner()
    assert runner is not None
    runner.stop(seconds=5)
