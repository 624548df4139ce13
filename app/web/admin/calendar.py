"""The list of bookings."""

from flask import render_template, request

from app.bookings import finding, question
from app.bookings.question import Filters
from app.inbox import queries as deliveries
from app.web.access import own_bookings_of
from app.web.admin.blueprint import blueprint, settings, zone
from app.web.admin.listing import COLUMNS, ORDERS, PAYMENTS, TABS, asked, days, origin_label, row_of


@blueprint.get("/calendar")
def calendar() -> str:
    """One page of bookings."""
    wanted = asked(request.args, zone=zone(), host=own_bookings_of())
    page = finding.page(wanted.filters, order=wanted.order, descending=wanted.descending, after=wanted.after, before=wanted.before)
    return render_template(
        "admin/calendar.html",
        asked=wanted,
        tabs=TABS,
        columns=COLUMNS,
        orders=ORDERS,
        days=days(page.bookings, zone=zone()) if wanted.by_day else [],
        rows=[] if wanted.by_day else [row_of(booking, zone=zone()) for booking in page.bookings],
        page=page,
        **_choices(),
        **({} if page.bookings else _nothing()),
    )


def _choices() -> dict[str, object]:
    """What the filters offer. Whoever sees the own bookings only is not told whom else and what else there is."""
    shared = {"event_types": {slug: slug for slug in question.event_types()}, "payments": PAYMENTS}
    if own_bookings_of():
        return shared | {"hosts": {}, "origins": {}}
    hosts = {email: email for email in question.host_emails()}
    return shared | {"hosts": hosts, "origins": {origin: origin_label(origin) for origin in question.known_origins()}}


def _nothing() -> dict[str, object]:
    """What an empty list needs to know to say what to do."""
    mine = own_bookings_of()
    return {
        "any_booking": bool(finding.count(Filters(host=mine)).number),
        "past": finding.count(Filters(host=mine, over=True)),
        "newest_delivery": deliveries.newest(),
        "webhook_url": f"{settings().SITE_URL}/webhooks/calcom",
    }
