"""Bookings for scripts: lists by start, and one with its history."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request, url_for

from app.accounts.tokens import Scope
from app.bookings import finding, queries
from app.bookings.errors import BookingNotFound
from app.bookings.listed import as_change, as_row, complete
from app.bookings.models import Booking
from app.bookings.question import Filters
from app.extensions import limiter
from app.site import Site
from app.web.api import shapes
from app.web.api.asked import BookingsAsked, Nothing, from_url, moment
from app.web.api.blueprint import READ_LIMIT, asker, blueprint, kept, may, settings
from app.web.api.hiding import hide
from app.web.problems import Problem


@blueprint.get("/bookings")
@limiter.limit(READ_LIMIT, key_func=asker)
def bookings() -> Response:
    """One page of bookings, the earliest first."""
    asked = from_url(BookingsAsked)
    if asked.q and not may(Scope.PERSONAL):
        raise Problem(403, f"q looks through names and addresses: it would need {Scope.PERSONAL}.")
    if asked.cursor and not finding.is_bookmark(asked.cursor, asked.order):
        wrong = [{"parameter": "cursor", "detail": "is none of ours"}]
        raise Problem(400, "cursor: is none of ours; take it from the next of an answer, or leave it out.", errors=wrong)
    page = finding.page(_filters(asked), order=asked.order, descending=False, after=asked.cursor or "", size=asked.limit)
    found = complete(page.bookings)
    counts = queries.change_counts(found)
    rows = [_shown(each, as_row(each) | {"changes": counts.get(each.id, 0)}) for each in found]
    body = shapes.Bookings(bookings=[shapes.Booking(**row) for row in rows], next=page.after or None)
    response = kept(body.model_dump(mode="json"))
    if page.after:
        onwards = f"{url_for('.bookings')}?{urlencode({**request.args.to_dict(), 'cursor': page.after})}"
        response.headers["Link"] = f'<{settings().SITE_URL}{onwards}>; rel="next"'
    return response


@blueprint.get("/bookings/<reference>")
@limiter.limit(READ_LIMIT, key_func=asker)
def booking(reference: str) -> Response:
    """One booking with its history; an older number of the same booking finds it too."""
    from_url(Nothing)
    try:
        found = queries.by_reference(reference) if reference.isalnum() else None
    except BookingNotFound:
        found = None
    if found is None:
        raise Problem(404, "No booking has this number.")
    row = as_row(found) | {"changes": [as_change(change) for change in queries.changes_of(found)]}
    return kept(shapes.BookingWithHistory(**_shown(found, row)).model_dump(mode="json"))


def _filters(asked: BookingsAsked) -> Filters:
    site: Site = current_app.extensions["site"]
    zone = site.place.time_zone
    return Filters(
        status=asked.status or "",
        payment=asked.payment or "",
        event_type=asked.event_type or "",
        host=asked.host or "",
        origin=asked.origin or "",
        text=asked.q or "",
        since=moment(asked.begin, zone),
        until=moment(asked.end, zone, after=True),
    )


def _shown(found: Booking, row: dict[str, Any]) -> dict[str, Any]:
    return hide(row, found.uids, personal=may(Scope.PERSONAL), with_uids=may(Scope.UIDS))
