"""The commands: each parses, makes one call, prints."""

from collections.abc import Callable

from flask import Flask

from app.cli import admin, bookings, calcom, demo, doctor, inbox, outbox, sandbox, serve
from app.config import Settings


def register(app: Flask, factory: Callable[[Settings], Flask]) -> None:
    """Adds every command to the `flask` command line; the demo builds an app of its own and needs the factory."""
    for command in (admin.group, bookings.group, calcom.group, inbox.group, outbox.group, sandbox.command, serve.serve, serve.worker):
        app.cli.add_command(command)
    app.cli.add_command(demo.command(factory))
    app.cli.add_command(doctor.command(factory))
