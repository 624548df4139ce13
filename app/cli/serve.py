"""`flask serve` and `flask worker`."""

import signal
import threading

import click
from flask import Flask

from app.cli import printing
from app.cli.current import real_app
from app.cli.schema import bring_up_to_date
from app.cli.server import Server
from app.config import Settings, SettingsError
from app.wiring import Works


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
def serve(host: str, port: int) -> None:
    """Starts the site: web server and, without REDIS_URL, the background jobs, in one process."""
    app = real_app()
    require(app)
    bring_up_to_date(app)
    settings: Settings = app.extensions["settings"]
    Server(app, host=host, port=port, when_ready=lambda: click.echo(f"Frontdesk serves {settings.SITE_URL} on {host}:{port}.")).run()


@click.command("worker")
def worker() -> None:
    """Runs background jobs in a process of its own (with REDIS_URL: as many as you like)."""
    app = real_app()
    require(app)
    bring_up_to_date(app)
    works: Works = app.extensions["works"]
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    runner = works.start_runner()
    if runner is None:
        click.echo("Another process on this machine runs the jobs; this one stands by.")
    while runner is None and not stopping.wait(1.0):
        runner = works.start_runner()
    if runner is not None:
        click.echo("Worker is running.")
        while not stopping.wait(1.0):
            pass
        runner.stop(seconds=20.0)


def require(app: Flask) -> None:
    """Ends the command with status 2 and one line per setting unless all that a live site needs is there."""
    try:
        app.extensions["settings"].require_for_serving()
    except SettingsError as error:
        printing.stop(f"Frontdesk cannot start.\n{error}")
