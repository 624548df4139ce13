"""The web server: gunicorn with threads, one process, jobs inside it, clean drain on TERM.

One process because SQLite has one writer and because the jobs live in it; more throughput means PostgreSQL, Redis and
several `flask serve` behind a proxy. The control socket of newer gunicorn is off: it can dead-lock on fork.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication

from app.db import db
from app.jobs.embedded import Runner
from app.wiring import Works

log = structlog.get_logger()

DRAIN_SECONDS = 20
RETRY_SECONDS = 1.0
THREADS = 8


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Serves one app that has been made already."""

    def __init__(self, app: Flask, *, host: str, port: int, when_ready: Callable[[], None] = lambda: None) -> None:
        self._app = app
        self._bind = f"{host}:{port}"
        self._when_ready = when_ready
        super().__init__()

    def load_config(self) -> None:
        """Fixed settings; gunicorn's own command line and environment are not read."""
        values: dict[str, Any] = {
            "bind": self._bind,
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "keepalive": 5,
            "timeout": 60,
            "graceful_timeout": DRAIN_SECONDS,
            "control_socket_disable": True,
            "accesslog": None,
            "loglevel": "warning",
            "logconfig_dict": {},
            "when_ready": lambda _server: self._when_ready(),
            "post_worker_init": self._start_jobs,
            "worker_exit": self._stop_jobs,
        }
        for name, value in values.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app; connections made before the fork stay behind."""
        with self._app.app_context():
            db.engine.dispose(close=False)
        return self._app

    def _start_jobs(self, worker: Any) -> None:
        worker.jobs = Jobs(self._app.extensions["works"])

    def _stop_jobs(self, _: Any, worker: Any) -> None:
        if jobs := getattr(worker, "jobs", None):
            jobs.stop()


class Jobs:
    """The jobs of a web process. They start as soon as they can: pages need neither the lock nor a disk that takes writes."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._stopping = threading.Event()
        self._runner: Runner | None = None
        self._starter = threading.Thread(target=self._start, name="jobs starter", daemon=True)
        self._starter.start()

    def stop(self) -> None:
        """Lets the running job end and gives the lock back."""
        self._stopping.set()
        self._starter.join()
        if self._runner is not None:
            self._runner.stop()

    def _start(self) -> None:
        complained = False
        while self._runner is None and not self._stopping.is_set():
            try:
                self._runner = self._works.start_embedded()
                if self._works.settings.REDIS_URL:
                    return
            except Exception:
                if not complained:
                    log.exception("the jobs cannot start yet; they are tried again every second")
                complained = True
            self._stopping.wait(RETRY_SECONDS)
