"""The list of bookings."""

from flask import render_template, request

from app import clock
from app.bookings import finding
from app.bookings.question import Filters
from app.inbox import queries as deliveries
from app.web.access import own_bookings_of
from app.web.admin.blueprint import blueprint, settings, zone
from app.web.admin.choices import choices
from app.web.admin.listing import COLUMNS, ORDERS, TABS, asked, days, last_months, row_of
from app.web.filters import local_date


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
        months=last_months(wanted, today=local_date(clock.now(), zone())),
        days=days(page.bookings, zone=zone()) if wanted.by_day else [],
        rows=[] if wanted.by_day else [row_of(booking, zone=zone()) for booking in page.bookings],
        page=page,
        **choices(),
        **({} if page.bookings else _nothing()),
    )


def _nothing() -> dict[str, object]:
    """What an empty list needs to know to say what to do."""
    mine = own_bookings_of()
    return {
        "any_booking": bool(finding.count(Filters(host=mine)).number),
        "past": finding.count(Filters(host=mine, over=True)),
        "newest_delivery": deliveries.newest(),
        "webhook_url": f"{settings().SITE_URL}/webhooks/calcom",
    }
