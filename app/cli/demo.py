"""`flask demo`: the site with a simulated Cal.com, a ready sign-in and mails as files; what `make run` starts."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import click
from flask import Flask

from app.accounts.staff import create
from app.cli import demo_run, printing
from app.cli.schema import bring_up_to_date
from app.cli.server import Server
from app.config import Settings, SettingsError
from app.db import transaction

OWNER = "owner@example.com"
START_SECONDS = 30.0
ENGINE_KEY = "cal_demo"
"""The simulated Cal.com takes every key that begins so."""


def command(factory: Callable[[Settings], Flask]) -> click.Command:
    """The command; it makes an app of its own with the demo's settings, so that no environment variable can."""

    @click.command("demo")
    @click.option("--host", default="127.0.0.1", show_default=True)
    @click.option("--port", default=8000, show_default=True, type=int)
    @click.option("--sandbox-port", default=8001, show_default=True, type=int)
    def demo(host: str, port: int, sandbox_port: int) -> None:
        """Starts a complete demo: no account, no network, nothing to set."""
        own_engine = not os.environ.get("CALCOM_API_KEY") and not os.environ.get("CALCOM_API_KEY_FILE")
        for wanted in (port, sandbox_port) if own_engine else (port,):
            _require_free(host, wanted)
        keep = _kept()
        environ = _environ(keep, port=port, sandbox_port=sandbox_port, own_engine=own_engine)
        try:
            settings = Settings.load(environ, demo=True)
            settings.require_for_serving()
        except SettingsError as error:
            printing.stop(f"The demo cannot start.\n{error}")
            return
        app = factory(settings)
        bring_up_to_date(app)
        demo_run.note(port=port, sandbox_port=sandbox_port, own_engine=own_engine)
        with app.app_context(), transaction() as session:
            create(session, email=OWNER, password=keep["password"], name="Demo owner")
        engine = _start_sandbox(environ, host, sandbox_port) if own_engine else None
        try:
            Server(app, host=host, port=port, when_ready=lambda: _say_where(settings, keep, sandbox_port if own_engine else None)).run()
        finally:
            demo_run.forget()
            if engine is not None:
                engine.terminate()

    return demo


def running_settings() -> Settings | None:
    """The settings of the demo that runs in `INSTANCE_PATH`; None when none does."""
    run = demo_run.running()
    if run is None:
        return None
    environ = _environ(_kept(), port=run.port, sandbox_port=run.sandbox_port, own_engine=run.own_engine)
    return Settings.load(environ, demo=True)


def _kept() -> dict[str, Any]:
    """Keys and password of the demo; made once, kept in `INSTANCE_PATH`, so that sessions survive a restart."""
    path = demo_run.folder() / "demo.json"
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
        return {name: kept[name] for name in ("secret_key", "webhook_secret", "password")}
    except (OSError, ValueError, KeyError, TypeError):
        made = {"secret_key": secrets.token_urlsafe(48), "webhook_secret": secrets.token_urlsafe(24), "password": "demo-" + secrets.token_hex(4)}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
        return made


def _environ(keep: dict[str, Any], *, port: int, sandbox_port: int, own_engine: bool) -> dict[str, str]:
    own = {
        "SECRET_KEY": keep["secret_key"],
        "CALCOM_WEBHOOK_SECRET": keep["webhook_secret"],
        "SITE_URL": f"http://localhost:{port}",
        "ADMIN_EMAIL": OWNER,
    }
    origin = f"http://localhost:{sandbox_port}"
    engine = {
        "CALCOM_LINK": "demo/intro",
        "CALCOM_ORIGIN": origin,
        "CALCOM_EMBED_URL": f"{origin}/embed/embed.js",
        "CALCOM_API_URL": f"{origin}/v2",
        "CALCOM_API_KEY": ENGINE_KEY,
    }
    given = {name: value for name, value in os.environ.items() if value}
    if own_engine:
        return own | given | engine
    return own | given


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            printing.stop(f"Port {port} is in use: stop what runs there, or choose others, for example: make run PORT=8100 SANDBOX_PORT=8101")


def _start_sandbox(environ: dict[str, str], host: str, port: int) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "flask", "sandbox", "--host", host, "--port", str(port), "--end-with-parent"]
    engine = subprocess.Popen(arguments, env=environ)  # noqa: S603 -- our own command with our own arguments
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and engine.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return engine
        time.sleep(0.1)
    printing.stop("The simulated Cal.com did not start; run `flask sandbox` to see why.", code=1)
    return engine


def _say_where(settings: Settings, keep: dict[str, Any], sandbox_port: int | None) -> None:
    lines = [
        ("Site", settings.SITE_URL + "/"),
        ("Book", settings.SITE_URL + "/book"),
        ("Admin", f"{settings.SITE_URL}/admin/"),
        ("  sign in as", f"{OWNER}  password  {keep['password']}"),
        ("Outbox", f"{settings.SITE_URL}/demo/outbox"),
    ]
    if sandbox_port is not None:
        lines.append(("Simulated Cal.com", f"http://localhost:{sandbox_port}/control"))
    click.echo("\nFrontdesk demo is running. Stop it with Ctrl+C.\n")
    for name, value in lines:
        click.echo(f"  {name.ljust(18)} {value}")
    click.echo()
