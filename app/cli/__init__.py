"""The commands: each parses, makes one call, prints."""

from collections.abc import Callable

from flask import Flask

from app.cli import admin, backup, bookings, config_as_code, demo, doctor, inbox, outbox, sandbox, secrets, serve
from app.cli.store import explained
from app.config import Settings

NEED_THE_STORE = [explained(each) for each in (admin.group, backup.backup, bookings.group, config_as_code.group, inbox.group, outbox.group, secrets.group)]


def register(app: Flask, factory: Callable[[Settings], Flask]) -> None:
    """Adds every command to the `flask` command line; the demo builds an app of its own and needs the factory."""
    app.extensions["factory"] = factory
    for command in (*NEED_THE_STORE, sandbox.command, serve.serve, serve.worker):
        app.cli.add_command(command)
    app.cli.add_command(demo.command(factory))
    app.cli.add_command(doctor.command(factory))
    app.cli.add_command(backup.restore(factory))
