"""`flask bookings list|show|verify`."""

from collections.abc import Iterator
from typing import Any

import click
from flask.cli import AppGroup

from app.bookings import audit, queries
from app.bookings.errors import BookingNotFound
from app.bookings.listed import as_change, as_row
from app.cli import printing

group = AppGroup("bookings", help="Bookings as this site knows them.")


@group.command("list")
@printing.as_json
@printing.limited
def list_bookings(*, as_json: bool, limit: int | None) -> None:
    """Every booking, by start."""
    columns = ("reference", "status", "moved", "start", "event_type", "title")
    printing.rows(_all(limit), as_json=as_json, columns=columns, empty="No bookings yet. They appear here when Cal.com delivers the first one.")


@group.command("show")
@click.argument("reference")
@printing.as_json
def show_booking(reference: str, *, as_json: bool) -> None:
    """One booking with its history."""
    try:
        booking = queries.by_reference(reference)
    except BookingNotFound as error:
        printing.stop(f"{error}.", code=1)
        return
    changes = [as_change(change) for change in queries.changes_of(booking)]
    if as_json:
        printing.one(as_row(booking) | {"changes": changes}, as_json=True)
        return
    printing.one(as_row(booking), as_json=False)
    click.echo()
    printing.rows(changes, as_json=False, columns=("at", "actor", "cause", "field", "old", "new"), empty="No history.")


@group.command("verify")
@printing.as_json
def verify_history(*, as_json: bool) -> None:
    """Checks that no line of any booking's history was altered, removed or swapped. Exit status 1 when one was."""
    broken = [{"booking": found.reference, "line": found.number, "row": found.change_id, "what": found.what} for found in audit.verify()]
    printing.rows(broken, as_json=as_json, columns=("booking", "line", "row", "what"), empty="Every line of every booking's history is as it was written.")
    if broken:
        raise SystemExit(1)


def _all(limit: int | None) -> Iterator[dict[str, Any]]:
    for batch in printing.batches(queries.everything(limit=limit), 500):
        counts = queries.change_counts(batch)
        for booking in batch:
            yield as_row(booking) | {"changes": counts.get(booking.id, 0)}
