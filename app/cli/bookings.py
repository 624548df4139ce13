"""`flask bookings list|show|verify`."""

from collections.abc import Iterator
from typing import Any

import click
from flask.cli import AppGroup

from app.bookings import audit, queries
from app.bookings.errors import BookingNotFound
from app.bookings.models import Booking
from app.cli import printing
from app.cli.printing import utc

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
    changes = [
        {"at": utc(change.at), "actor": change.actor, "cause": change.cause, "field": change.field, "old": change.old, "new": change.new}
        for change in queries.changes_of(booking)
    ]
    if as_json:
        printing.one(_row(booking) | {"changes": changes}, as_json=True)
        return
    printing.one(_row(booking), as_json=False)
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
            yield _row(booking) | {"changes": counts.get(booking.id, 0)}


def _row(booking: Booking) -> dict[str, Any]:
    people = [{name: person.get(name) for name in ("name", "email", "time_zone", "state")} for person in booking.attendees]
    return {
        "reference": booking.reference,
        "status": queries.status_of(booking),
        "payment": booking.payment,
        "uids": booking.uids,
        "event_type": booking.event_type,
        "title": booking.title,
        "start": utc(booking.start),
        "end": utc(booking.end),
        "host": booking.host_email,
        "location": booking.location,
        "meeting_url": booking.meeting_url,
        "attendees": people,
        "moved": booking.moved,
        "metadata": booking.details,
    }
