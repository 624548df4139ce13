"""Mails: planned, sent, skipped, failed, and why; the very mail; send again, take back."""

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import errands
from app.accounts import staff_acts
from app.bookings.queries import references
from app.db import transaction
from app.mail.transport import file_name
from app.notifications.preview import Preview, preview
from app.outbox import again, gate, hold, queries
from app.outbox.models import BY_STAFF, OutboxMessage, OutboxState
from app.outbox.queries import STUCK, Filters
from app.web import mail_frame
from app.web.access import may, person
from app.web.admin import wording
from app.web.admin.blueprint import NUMBER, blueprint, settings
from app.web.admin.errands.begin import begin
from app.web.admin.places import place
from app.web.admin.sought import Mails, mails_asked
from app.web.mail_links import mail_links
from app.wiring import Works

WAITING = frozenset({OutboxState.PLANNED, OutboxState.RETRYING})
FAILED_FIRST = 5
COUNTED = 1_000_000
LONGEST_REASON = 200


@blueprint.get("/outbox")
def outbox() -> str:
    """One page of mails, newest first; what failed stands on top of the first page."""
    asked = mails_asked(request.args)
    older, newer = place(request.args, "older"), place(request.args, "newer")
    page = queries.page(asked.filters, older_than=older, newer_than=newer)
    alone = not (older or newer or asked.narrowed)
    failed = queries.page(Filters(state=OutboxState.DEAD), size=FAILED_FIRST).mails if alone else []
    return render_template(
        "admin/outbox.html",
        asked=asked,
        page=page,
        failed=failed,
        failed_count=queries.count(state=OutboxState.DEAD, up_to=100) if failed else 0,
        count=queries.count(asked.filters),
        stuck=queries.count(asked.filters, up_to=COUNTED) if asked.filters.state in STUCK else 0,
        kinds={kind: wording.mail_kind(kind) for kind in queries.kinds()},
        references=references([message.booking_id for message in [*failed, *page.mails]]),
        resends=errands.newest(again.KIND),
        held=hold.held(),
        pause=gate.paused(),
        due=queries.due_now(up_to=1000),
    )


@blueprint.post("/outbox/release")
def release() -> ResponseReturnValue:
    """Lets mails leave again that a hold kept back."""
    with transaction() as session:
        released = hold.release(session)
        if released:
            staff_acts.note(session, staff_id=person().id, act="outbox.release")
    flash("Mails leave again; what is due goes out within seconds." if released else "Nothing was held.")
    return redirect(url_for(".outbox"))


@blueprint.get(f"/outbox/{NUMBER}")
def mail(number: int) -> str:
    """One mail with its whole fate, and as it is written."""
    message = _find(number)
    return render_template(
        "admin/mail.html",
        message=message,
        sendable=message.state in STUCK,
        taken_back=_taken_back(message),
        waiting=message.state in WAITING,
        shown=_preview(message) if may("read raw bodies") else None,
        references=references([message.booking_id]),
        read_at=_read_at(message),
        held=hold.held() if message.state in WAITING else None,
        pause=gate.paused() if message.state in WAITING else None,
    )


@blueprint.get(f"/outbox/{NUMBER}/body")
def mail_body(number: int) -> Response:
    """The HTML of the mail alone, for the frame."""
    email = _preview(_find(number)).email
    if email is None:
        abort(404, "This mail cannot be shown.")
    return mail_frame.framed(email.html)


@blueprint.post(f"/outbox/{NUMBER}/send")
def send_again(number: int) -> ResponseReturnValue:
    """Plans a mail anew that failed, of which nobody knows whether it arrived, or that somebody took back."""
    message = _find(number)
    recipient = message.recipient
    taken_back = _taken_back(message)
    with transaction() as session:
        done = again.allow(session, number) if taken_back else bool(again.plan(session, [number]))
        if done:  # not of a second press of the same button
            staff_acts.note(session, staff_id=person().id, act="mail.send", on=str(number))
    if done:
        flash(f"The mail to {recipient} is planned again and leaves when it is due.")
    else:
        flash("Nothing was sent: only mails that failed, are unclear or were taken back can be sent again.")
    return redirect(url_for(".mail", number=number))


@blueprint.post(f"/outbox/{NUMBER}/cancel")
def cancel_mail(number: int) -> ResponseReturnValue:
    """Takes a mail back that waits, with the reason."""
    _find(number)
    reason = " ".join(request.form.get("reason", "").replace("\x00", "").split())[:LONGEST_REASON]
    if not reason:
        flash("Nothing was cancelled: say why, so that a colleague who wonders finds it here.")
        return redirect(url_for(".mail", number=number))
    with transaction() as session:
        done = again.cancel(session, number, reason=reason)
        if done:
            staff_acts.note(session, staff_id=person().id, act="mail.cancel", on=str(number))
    flash("The mail is cancelled and will not be sent." if done else "Nothing was cancelled: the mail has left, is leaving, or waits no more.")
    return redirect(url_for(".mail", number=number))


@blueprint.post("/outbox/send")
def send_some() -> ResponseReturnValue:
    """Sends again the failed mails that were chosen, or all failed ones that the list shows."""
    asked = mails_asked(request.form)
    if not request.form.get("all"):
        chosen = {int(each) for each in request.form.getlist("mail")[: queries.PAGE] if each.isascii() and each.isdigit() and len(each) <= 9}
        with transaction() as session:
            planned = again.plan(session, chosen)
            if planned:
                staff_acts.note(session, staff_id=person().id, act="mail.send_some", detail=f"{planned} mails")
        flash(f"{wording.amount(planned, 'mail')} planned again; they leave within seconds." if planned else "Nothing was sent: choose mails that failed.")
        return redirect(url_for(".outbox") + asked.query)
    return _send_all(asked)


def _send_all(asked: Mails) -> ResponseReturnValue:
    state = asked.filters.state if asked.filters.state in STUCK else OutboxState.DEAD
    newest = queries.page(size=1).mails
    subject = Filters(**{**vars(asked.filters), "state": state, "up_to": newest[0].id if newest else 1})
    total = queries.count(subject, up_to=COUNTED)
    if not total:
        flash("Nothing was sent: no failed mail matches.")
        return redirect(url_for(".outbox") + asked.query)
    busy = "Mails are being sent again already: this is it. Stop it, or wait for its end, then start yours."
    return begin(again.KIND, what=subject.as_subject(), total=total, act="mail.send_range", unit="mails", busy=busy)


def _find(number: int) -> OutboxMessage:
    message = queries.by_id(number)
    if message is None:
        abort(404, f"There is no mail {number}.")
    return message


def _taken_back(message: OutboxMessage) -> bool:
    return message.state == OutboxState.CANCELLED and message.why.startswith(BY_STAFF)


def _preview(message: OutboxMessage) -> Preview:
    works: Works = current_app.extensions["works"]
    return preview(message, brand=works.brand, links_for=mail_links(settings()))


def _read_at(message: OutboxMessage) -> str:
    """Where the written mail can be read: in the demo, where mails are files."""
    if message.state != OutboxState.SENT or "demo.show" not in current_app.view_functions:
        return ""
    file = settings().outbox_folder / file_name(message.message_id)
    return url_for("demo.show", name=file.stem) if file.is_file() else ""
