"""The page about one's calendar feed: make the address, make it anew, end it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import staff_acts
from app.db import transaction
from app.reports import feeds
from app.reports.ics import CANCELLED, PAST
from app.web.access import own_bookings_of, person
from app.web.admin.blueprint import blueprint, settings


@blueprint.get("/feed")
def feed() -> str:
    """Whether there is an address, since when, and what it shows."""
    return _page(address="")


@blueprint.post("/feed")
def renew_feed() -> ResponseReturnValue:
    """Makes the address, or a new one in place of the old one, and shows it this once."""
    number = person().id
    with transaction() as session:
        token = feeds.renew(session, staff_id=number)
        staff_acts.note(session, staff_id=number, act="feed.renew")
    return _page(address=f"{settings().SITE_URL.rstrip('/')}/calendar/{token}.ics")


@blueprint.post("/feed/revoke")
def revoke_feed() -> ResponseReturnValue:
    """Ends the address at once."""
    number = person().id
    with transaction() as session:
        if feeds.revoke(session, staff_id=number):
            staff_acts.note(session, staff_id=number, act="feed.revoke")
    flash("The address is ended. Calendars that read it find nothing there any more.")
    return redirect(url_for(".feed"))


def _page(*, address: str) -> str:
    return render_template(
        "admin/reports/feed.html",
        feed=feeds.of(person().id),
        address=address,
        own_only=bool(own_bookings_of()),
        past_days=PAST.days,
        cancelled_days=CANCELLED.days,
    )
