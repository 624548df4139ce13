"""`flask outbox list|show|retry`."""

from collections.abc import Iterator
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.bookings.queries import by_id as booking_by_id
from app.cli import printing
from app.cli.printing import utc
from app.outbox import queries
from app.outbox.deliver import retry as retry_one
from app.outbox.models import OutboxMessage

group = AppGroup("outbox", help="Mails that are owed, were sent or were skipped, and why.")


@group.command("list")
@printing.as_json
@printing.limited
def list_mails(*, as_json: bool, limit: int | None) -> None:
    """Every mail, oldest first."""
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
