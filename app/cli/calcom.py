"""`flask calcom sync`."""

import sys
from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.cli import printing
from app.cli.printing import utc
from app.sync import queries
from app.sync.comparisons import NoKey
from app.sync.models import RunKind, RunState, SyncRun
from app.sync.runs import Busy

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
COUNTS = ("created", "changed", "same", "gone", "ignored", "unreadable")

group = AppGroup("calcom", help="What Cal.com knows, compared with what we know.")


@group.command("sync")
@click.option("--full", is_flag=True, help="Read every booking there is, not only what changed.")
@click.option("--since", type=MOMENT, help="Read what was made or changed since this moment (UTC), for example 2026-12-01.")
@printing.as_json
def sync(since: datetime | None, *, full: bool, as_json: bool) -> None:
    """Compares our bookings with Cal.com's and repairs what lost deliveries left behind.

    It can be stopped at any time; the next run goes on where it stopped. Exit status 1 when it did not get through.
    """
    if full and since:
        printing.stop("Use --full or --since, not both.")
    if since and since.replace(tzinfo=UTC) > clock.now():
        printing.stop("--since lies in the future.")
    kind = RunKind.FULL if full else RunKind.SINCE if since else None
    progress = _Progress()
    try:
        number = current_app.extensions["works"].comparisons.compare(
            cause="command", kind=kind, since=since.replace(tzinfo=UTC) if since else None, watch=progress.show
        )
    except NoKey:
        printing.stop("CALCOM_API_KEY is missing: make a key at Cal.com (Settings, Developer, API keys) and set it.")
        return
    except Busy as busy:
        printing.stop(f"Run {busy.number} is under way already; this one did nothing.", code=1)
        return
    progress.end()
    run = queries.by_id(number)
    if run is None or run.state != RunState.DONE:
        if run is not None and as_json:
            printing.one(as_row(run), as_json=True)
        printing.stop(f"Stopped: {run.error if run else 'the run is gone.'} The next run goes on here.", code=1)
        return
    if as_json:
        printing.one(as_row(run), as_json=True)
        return
    click.echo(f"Run {run.id} ({run.kind}): " + ", ".join(f"{getattr(run, name):,} {name}" for name in COUNTS) + ".")
    if run.note:
        click.secho(run.note, fg="yellow")
    click.secho(f"{run.verified:,} of {run.verified_of:,} verified at {run.ended_at:%H:%M} UTC.", bold=True)


def as_row(run: SyncRun) -> dict[str, Any]:
    """A run for scripts."""
    return {
        "id": run.id, "kind": run.kind, "state": run.state, "cause": run.cause, **{name: getattr(run, name) for name in COUNTS},
        "requests": run.requests, "verified": run.verified, "verified_of": run.verified_of,
        "started_at": utc(run.started_at), "ended_at": utc(run.ended_at), "note": run.note or None, "error": run.error or None,
    }  # fmt: skip


class _Progress:
    """One line on a terminal that says how far it is; a line a page elsewhere. On standard error, so that output stays clean."""

    def __init__(self) -> None:
        self._shown = -1
        self._in_place = sys.stderr.isatty()

    def show(self, run: SyncRun) -> None:
        """Called after every small step; shows each page once."""
        if run.requests == self._shown or not run.requests:
            return
        self._shown = run.requests
        words = f"{run.step:8} page {run.requests:,}: {run.read:,} read, {run.created:,} created, {run.changed:,} changed"
        click.echo(("\r\x1b[K" if self._in_place else "") + words, nl=not self._in_place, err=True)

    def end(self) -> None:
        """Leaves the line."""
        if self._in_place and self._shown >= 0:
            click.echo(err=True)
