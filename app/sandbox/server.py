"""Runs the simulation until it is told to stop, or until the process that started it is gone."""

import os
import signal
import threading
from types import FrameType

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.sandbox.desk import EXTENSION

_LOOK_EVERY_SECONDS = 1.0


class QuietHandler(WSGIRequestHandler):
    """Logs nothing per request: the console belongs to the site beside it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Stay silent."""


def run(app: Flask, host: str, port: int, *, end_with_parent: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; `end_with_parent` also ends it when the starting process dies."""
    server = make_server(host, port, app, threaded=True, request_handler=QuietHandler)
    stopping = threading.Event()

    def stop(_number: int = 0, _frame: FrameType | None = None) -> None:
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=server.shutdown, daemon=True).start()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    if end_with_parent:
        threading.Thread(target=_watch_parent, args=(server, stopping), daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.2)
    finally:
        stopping.set()
        server.server_close()
        app.extensions[EXTENSION].courier.stop()


def _watch_parent(server: BaseWSGIServer, stopping: threading.Event) -> None:
    parent = os.getppid()
    while not stopping.wait(_LOOK_EVERY_SECONDS):
        if os.getppid() != parent:
            server.shutdown()
            return
