"""The list of bookings."""

from flask import render_template, request

from app.bookings import queries
from app.bookings.queries import Filters
from app.inbox import queries as deliveries
from app.web.access import own_bookings_of
from app.web.admin.blueprint import blueprint, settings, zone
from app.web.admin.listing import TABS, asked, days


@blueprint.get("/calendar")
def calendar() -> str:
    """One page of bookings, by day."""
    question = asked(request.args, zone=zone(), host=own_bookings_of())
    page = queries.page(question.filters, older_than=question.older, newer_than=question.newer, soonest_first=question.soonest_first)
    empty = {} if page.bookings else _nothing()
    return render_template(
        "admin/calendar.html",
        asked=question,
        tabs=TABS,
        days=days(list(page.bookings), zone=zone()),
        page=page,
        count=queries.count(question.filters),
        event_types=queries.event_types(),
        **empty,
    )


def _nothing() -> dict[str, object]:
    """What an empty list needs to know to say what to do."""
    return {
        "any_booking": bool(queries.count(Filters(host=own_bookings_of()), up_to=1)),
        "past": queries.count(Filters(host=own_bookings_of(), over=True)),
        "newest_delivery": deliveries.newest(),
        "webhook_url": f"{settings().SITE_URL}/webhooks/calcom",
    }
