"""`flask outbox list|show|retry|hold|release|simulate`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.bookings.errors import BookingNotFound
from app.bookings.queries import by_id as booking_by_id
from app.bookings.queries import by_reference
from app.cli import printing
from app.cli.printing import utc
from app.db import transaction
from app.notifications import simulate
from app.outbox import gate, hold, queries
from app.outbox.deliver import retry as retry_one
from app.outbox.models import OutboxMessage

group = AppGroup("outbox", help="Mails that are owed, were sent or were skipped, and why.")


@group.command("list")
@printing.as_json
@printing.limited
def list_mails(*, as_json: bool, limit: int | None) -> None:
    """Every mail, oldest first. Whether anything may leave at all is said on standard error."""
    _say_what_is_in_the_way()
    columns = ("id", "kind", "recipient", "booking", "state", "due_at", "sent_at", "why", "attempts")
    printing.rows(_all(limit), as_json=as_json, columns=columns, empty="No mails yet. The first booking asks for the first one.")


@group.command("show")
@click.argument("number", type=int)
@printing.as_json
def show_mail(number: int, *, as_json: bool) -> None:
    """One mail with everything that is known of it."""
    message = queries.by_id(number)
    if message is None:
        printing.stop(f"There is no mail {number}.", code=1)
        return
    printing.one(_row(message) | {"subject": message.subject, "message_id": message.message_id, "created_at": utc(message.created_at)}, as_json=as_json)


@group.command("retry")
@click.argument("numbers", type=int, nargs=-1, required=True)
def retry_mails(numbers: tuple[int, ...]) -> None:
    """Plans dead or unknown mails anew; what has gone out stays as it is."""
    refused = [number for number in numbers if not retry_one(number)]
    current_app.extensions["works"].deliver_outbox()
    for number in numbers:
        message = queries.by_id(number)
        click.echo(f"{number}  {message.state if message else 'there is no such mail'}  {message.why if message else ''}".rstrip())
    if refused:
        raise SystemExit(1)


@group.command("hold")
@click.option("--why", default="", help="The reason, for whoever comes across it.")
def hold_mails(why: str) -> None:
    """Lets nothing leave from now on, in no process, until `release`; for example after a restore."""
    with transaction() as session:
        hold.hold(session, why=why)
    click.echo("The outbox is held. Nothing leaves before: flask outbox release")


@group.command("release")
def release_mails() -> None:
    """Lets mails leave again; what is due goes out at once."""
    with transaction() as session:
        released = hold.release(session)
    click.echo("The outbox is open again." if released else "The outbox was not held.")


@group.command("simulate")
@click.argument("reference")
@click.option("--at", "at", default="", metavar="TIME", help="ISO 8601, UTC unless it says otherwise; without it: now.")
@printing.as_json
def simulate_mails(reference: str, at: str, *, as_json: bool) -> None:
    """What would be sent or skipped for a booking if the worker looked at that time, and why. Changes nothing."""
    try:
        moment = datetime.fromisoformat(at) if at else clock.now()
    except ValueError:
        printing.stop(f"{at!r} is no time: write for example 2026-12-01T09:00Z.")
        return
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        booking = by_reference(reference)
    except BookingNotFound:
        printing.stop(f"There is no booking {reference}.", code=1)
        return
    found = ({**_row(verdict.message), "act": verdict.act, "because": verdict.why} for verdict in simulate.simulate(booking, at=moment))
    columns = ("id", "kind", "recipient", "due_at", "state", "act", "because")
    printing.rows(found, as_json=as_json, columns=columns, empty="This booking asks for no mails.")


def _say_what_is_in_the_way() -> None:
    if (held := hold.held()) is not None:
        click.secho(f"Held since {utc(held.since)}{': ' if held.why else ''}{held.why}. Nothing leaves before: flask outbox release", err=True, fg="yellow")
    if (pause := gate.paused()) is not None:
        click.secho(f"The mail server is away since {utc(pause.since)}: {pause.why}", err=True, fg="yellow")


def _all(limit: int | None) -> Iterator[dict[str, Any]]:
    for message in queries.everything(limit=limit):
        yield _row(message)


def _row(message: OutboxMessage) -> dict[str, Any]:
    booking = booking_by_id(message.booking_id) if message.booking_id else None
    return {
        "id": message.id,
        "kind": message.kind,
        "recipient": message.recipient,
        "booking": booking.reference if booking else None,
        "state": message.state,
        "due_at": utc(message.due_at),
        "sent_at": utc(message.sent_at),
        "why": message.why,
        "attempts": message.attempts,
    }
