"""Deliveries: what Cal.com sent, byte for byte, what became of it, and what never came."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import errands
from app.accounts import staff_acts
from app.bookings import told
from app.bookings.models import BookingChange
from app.bookings.queries import references
from app.db import transaction
from app.inbox import again, process, queries
from app.inbox.models import InboxState
from app.inbox.queries import Filters
from app.sync import gaps
from app.web.access import may, person
from app.web.admin import wording
from app.web.admin.blueprint import NUMBER, blueprint, settings, zone
from app.web.admin.body import readable
from app.web.admin.diff import differences
from app.web.admin.errands.begin import begin
from app.web.admin.places import place
from app.web.admin.sought import MAIN, Deliveries, deliveries_asked

FAILED_FIRST = 5
COUNTED = 1_000_000
"""So far a range is counted before it is replayed."""
MASKED = frozenset({"x-cal-signature-256"})


@blueprint.get("/inbox")
def inbox() -> str:
    """One page of deliveries, newest first; what failed stands on top of the first page."""
    asked = _asked()
    older, newer = place(request.args, "older"), place(request.args, "newer")
    page = queries.page(asked.filters, older_than=older, newer_than=newer)
    first = not (older or newer)
    failed = queries.page(Filters(state=InboxState.DEAD), size=FAILED_FIRST).deliveries if first and not asked.narrowed else []
    shown = [*failed, *page.deliveries]
    span = asked.filters.since, asked.filters.until
    return render_template(
        "admin/inbox.html",
        asked=asked,
        page=page,
        failed=failed,
        failed_count=queries.stuck() if failed else 0,
        gaps=gaps.repaired(since=span[0], until=span[1]) if first and set(asked.url_values()) <= {"from", "to"} else [],
        count=queries.count(asked.filters),
        triggers={name: wording.trigger(name) for name in queries.triggers()},
        subscriptions={name or MAIN: name or "Main address" for name in queries.subscriptions()},
        references=references([message.booking_id for message in shown]),
        replays=errands.newest(again.KIND),
        looked_through=queries.LOOKED_THROUGH,
        webhook_url=f"{settings().SITE_URL}/webhooks/calcom",
    )


@blueprint.get(f"/inbox/{NUMBER}")
def delivery(number: int) -> str:
    """One delivery with body, headers, outcome, and what it told."""
    message = queries.by_id(number)
    if message is None:
        abort(404, f"There is no delivery {number}.")
    return render_template(
        "admin/delivery.html",
        message=message,
        body=readable(message.body),
        raw=message.body.decode(errors="replace") if message.body is not None else "",
        headers={name: _masked(name, str(value)) for name, value in message.headers.items()},
        told=told.facts_of(number),
        changes=[(reference, _recorded(changes), differences(changes, zone=zone())) for reference, changes in told.changes_of(number)],
        references=references([message.booking_id]),
    )


@blueprint.post(f"/inbox/{NUMBER}/replay")
def replay(number: int) -> ResponseReturnValue:
    """Puts the delivery back in the queue."""
    message = queries.by_id(number)
    if message is None:
        abort(404, f"There is no delivery {number}.")
    if message.body is None:
        flash(f"Delivery {number} cannot be replayed: its body was deleted after its time.")
    else:
        process.replay(number)
        with transaction() as session:
            staff_acts.note(session, staff_id=person().id, act="delivery.replay", on=str(number))
        flash(f"Delivery {number} is back in the queue. The outcome shows here within seconds; what was known already changes nothing.")
    return redirect(url_for(".delivery", number=number))


@blueprint.post("/inbox/replay")
def replay_some() -> ResponseReturnValue:
    """Replays everything that the list shows, as an errand that can be watched and stopped."""
    asked = deliveries_asked(request.form, zone=zone(), bodies=may("read raw bodies"))
    newest = queries.newest()
    subject = Filters(**{**vars(asked.filters), "up_to": newest.id if newest else 1})
    total = queries.count(subject, up_to=COUNTED)
    if not total:
        flash("Nothing was started: no delivery matches.")
        return redirect(url_for(".inbox") + asked.query)
    busy = "Another replay is under way: this is it. Stop it, or wait for its end, then start yours."
    return begin(again.KIND, what=subject.as_subject(), total=total, act="delivery.replay_range", unit="deliveries", busy=busy)


def _asked() -> Deliveries:
    return deliveries_asked(request.args, zone=zone(), bodies=may("read raw bodies"))


def _recorded(changes: Sequence[BookingChange]) -> int:
    """How many values it recorded, when this is how the booking came to be; else 0, and the differences say more."""
    return len(changes) if all(change.old is None for change in changes) and any(change.field == "status" for change in changes) else 0


def _masked(name: str, value: str) -> str:
    return f"{value[:6]}…" if name.lower() in MASKED else value
