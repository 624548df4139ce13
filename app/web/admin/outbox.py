"""Mails: planned, sent, skipped, failed, and why."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bookings.queries import references
from app.db import transaction
from app.mail.transport import file_name
from app.outbox import deliver, gate, hold, queries
from app.outbox.models import OutboxMessage, OutboxState
from app.outbox.queries import Filters
from app.web.admin.blueprint import NUMBER, blueprint, settings
from app.web.admin.places import place, state_of
from app.web.admin.wording import MAIL_STATES

WAITING = frozenset({OutboxState.PLANNED, OutboxState.RETRYING})
SENDABLE = frozenset({OutboxState.DEAD, OutboxState.UNKNOWN})


@blueprint.get("/outbox")
def outbox() -> str:
    """One page of mails, newest first."""
    state = state_of(request.args, MAIL_STATES)
    page = queries.page(Filters(state=state), older_than=place(request.args, "older"), newer_than=place(request.args, "newer"))
    return render_template(
        "admin/outbox.html",
        state=state,
        page=page,
        count=queries.count(state=state),
        references=references([message.booking_id for message in page.mails]),
        held=hold.held(),
        pause=gate.paused(),
        due=queries.due_now(up_to=1000),
    )


@blueprint.post("/outbox/release")
def release() -> ResponseReturnValue:
    """Lets mails leave again that a hold kept back."""
    with transaction() as session:
        released = hold.release(session)
    flash("Mails leave again; what is due goes out within seconds." if released else "Nothing was held.")
    return redirect(url_for(".outbox"))


@blueprint.get(f"/outbox/{NUMBER}")
def mail(number: int) -> str:
    """One mail with its whole fate."""
    message = _find(number)
    return render_template(
        "admin/mail.html",
        message=message,
        sendable=message.state in SENDABLE,
        references=references([message.booking_id]),
        read_at=_read_at(message),
        held=hold.held() if message.state in WAITING else None,
        pause=gate.paused() if message.state in WAITING else None,
    )


@blueprint.post(f"/outbox/{NUMBER}/send")
def send_again(number: int) -> ResponseReturnValue:
    """Plans a mail anew that failed or of which nobody knows whether it arrived."""
    message = _find(number)
    if message.state in SENDABLE and deliver.retry(number):
        flash(f"The mail to {message.recipient} is planned again and leaves within seconds.")
    else:
        flash("Nothing was sent: only mails that failed or are unclear can be sent again.")
    return redirect(url_for(".mail", number=number))


def _find(number: int) -> OutboxMessage:
    message = queries.by_id(number)
    if message is None:
        abort(404, f"There is no mail {number}.")
    return message


def _read_at(message: OutboxMessage) -> str:
    """Where the written mail can be read: in the demo, where mails are files."""
    if message.state != OutboxState.SENT or "demo.show" not in current_app.view_functions:
        return ""
    file = settings().outbox_folder / file_name(message.message_id)
    return url_for("demo.show", name=file.stem) if file.is_file() else ""
