"""Deliveries: what Cal.com sent, byte for byte, and what became of it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bookings.queries import references
from app.inbox import process, queries
from app.inbox.queries import Filters
from app.web.admin.blueprint import NUMBER, blueprint, settings
from app.web.admin.body import readable
from app.web.admin.places import place, state_of
from app.web.admin.wording import DELIVERY_STATES


@blueprint.get("/inbox")
def inbox() -> str:
    """One page of deliveries, newest first."""
    state = state_of(request.args, DELIVERY_STATES)
    page = queries.page(Filters(state=state), older_than=place(request.args, "older"), newer_than=place(request.args, "newer"))
    return render_template(
        "admin/inbox.html",
        state=state,
        page=page,
        count=queries.count(state=state),
        references=references([message.booking_id for message in page.deliveries]),
        webhook_url=f"{settings().SITE_URL}/webhooks/calcom",
    )


@blueprint.get(f"/inbox/{NUMBER}")
def delivery(number: int) -> str:
    """One delivery with body, headers and outcome."""
    message = queries.by_id(number)
    if message is None:
        abort(404, f"There is no delivery {number}.")
    return render_template("admin/delivery.html", message=message, body=readable(message.body), references=references([message.booking_id]))


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
        flash(f"Delivery {number} is back in the queue. The outcome shows here within seconds; what was known already changes nothing.")
    return redirect(url_for(".delivery", number=number))
