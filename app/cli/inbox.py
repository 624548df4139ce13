"""`flask inbox list|show|replay|send`."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.bookings.queries import by_id as booking_by_id
from app.calcom.post import Answer, NotADelivery, post_file
from app.calcom.secrets import WebhookSecrets
from app.cli import printing
from app.cli.printing import utc
from app.config import Settings
from app.inbox import queries
from app.inbox.models import InboxMessage, InboxState
from app.inbox.process import replay as replay_one

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

group = AppGroup("inbox", help="Deliveries from Cal.com, byte for byte, and what became of them.")


@group.command("list")
@printing.as_json
@printing.limited
def list_deliveries(*, as_json: bool, limit: int | None) -> None:
    """Every delivery, oldest first."""
    columns = ("id", "received_at", "trigger", "state", "repeats", "booking", "error")
    printing.rows(_all(limit), as_json=as_json, columns=columns, empty=f"No deliveries yet. Set the webhook at Cal.com to {_receiver()}.")


@group.command("show")
@click.argument("number", type=int)
@printing.as_json
def show_delivery(number: int, *, as_json: bool) -> None:
    """One delivery with its headers and body."""
    message = queries.by_id(number)
    if message is None:
        printing.stop(f"There is no delivery {number}.", code=1)
        return
    body = message.body or b""
    try:
        shown = {"body": body.decode()}
    except UnicodeDecodeError:
        shown = {"body_base64": base64.b64encode(body).decode()}
    printing.one(_row(message) | {"headers": message.headers, "attempts": message.attempts, "digest": message.digest} | shown, as_json=as_json)


@group.command("replay")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--dead", is_flag=True, help="Every dead delivery.")
@click.option("--since", type=MOMENT, help="Received at or after this moment (UTC), for example 2026-12-01 or 2026-12-01T09:00:00.")
@click.option("--until", type=MOMENT, help="Received before this moment (UTC).")
def replay_deliveries(numbers: tuple[int, ...], since: datetime | None, until: datetime | None, *, dead: bool) -> None:
    """Processes deliveries again, by number, by time or all dead ones; harmless, since the same facts change nothing.

    It can be stopped at any time and started again. Exit status 1 when one of them does not end as processed or ignored.
    """
    if not (numbers or dead or since or until):
        printing.stop("Say which deliveries: numbers, --dead, --since or --until.")
    wanted = list(numbers) or queries.numbers(state=InboxState.DEAD if dead else "", since=_aware(since), until=_aware(until))
    failed = False
    for place, number in enumerate(wanted, start=1):
        message = queries.by_id(number)
        if message is None or message.body is None:
            printing.stop(
                f"There is no delivery {number}." if message is None else f"The body of delivery {number} has been purged: nothing to replay.", code=1
            )
        replay_one(number)
        current_app.extensions["works"].process_inbox()
        message = queries.by_id(number)
        failed = failed or message is None or message.state not in {InboxState.PROCESSED, InboxState.IGNORED}
        progress = f"{place}/{len(wanted)}  " if len(wanted) > 1 else ""
        click.echo(f"{progress}{number}  {message.state if message else 'gone'}  {(message.error or '') if message else ''}".rstrip())
    if not wanted:
        click.echo("No delivery matches.")
    if failed:
        raise SystemExit(1)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


@group.command("send")
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@click.option("--to", "url", help="Address of the receiver; by default that of this site.")
def send_files(files: tuple[Path, ...], url: str | None) -> None:
    """Posts deliveries with a correct signature (CALCOM_WEBHOOK_SECRET) and reports each answer.

    A file is a recorded delivery (an object with `body`), a sample body, or any body of your own. Exit status 1 when one is not answered with 200.
    """
    target = url or _receiver()
    secret = _secret_for(target)
    if not secret:
        printing.stop("CALCOM_WEBHOOK_SECRET is missing: set it to the secret that the receiver knows, so that the delivery can be signed.")
    failed = False
    for path in files:
        try:
            answer: Answer = post_file(path, url=target, secret=secret)
        except NotADelivery as error:
            printing.stop(f"{path.name}: {error}")
            return
        failed = failed or not answer.accepted
        click.secho(f"{answer.status or 'no answer'}  {path.name}  {answer.text}", fg=None if answer.accepted else "red")
    if failed:
        raise SystemExit(1)


def _receiver() -> str:
    """Where Cal.com delivers to this site."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.SITE_URL}/webhooks/calcom"


def _secret_for(url: str) -> str:
    name = url.rstrip("/").rpartition("/")[2].lower()
    known: WebhookSecrets = current_app.extensions["webhook_secrets"]
    secrets = known.of(name) or known.of("")
    return secrets[0] if secrets else ""


def _all(limit: int | None) -> Iterator[dict[str, Any]]:
    for message in queries.everything(limit=limit):
        yield _row(message)


def _row(message: InboxMessage) -> dict[str, Any]:
    booking = booking_by_id(message.booking_id) if message.booking_id else None
    return {
        "id": message.id,
        "received_at": utc(message.received_at),
        "trigger": message.trigger,
        "state": message.state,
        "repeats": message.repeats,
        "booking": booking.reference if booking else None,
        "error": message.error,
    }
