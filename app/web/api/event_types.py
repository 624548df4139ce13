"""What can be booked: what anybody may book for everybody, all there is for those with a token."""

from typing import Any

from flask import Response, abort, url_for

from app.extensions import limiter
from app.hosts import queries as hosts
from app.hosts.models import EventType
from app.web.api import shapes
from app.web.api.blueprint import PUBLIC_LIMIT, asker, blueprint, holder, kept, settings, works
from app.web.filters import iso
from app.web.public import catalogue

NO_KEY = "This site has no key for Cal.com's API yet, so it knows nothing about this. The owner sets CALCOM_API_KEY."


@blueprint.get("/event-types")
@limiter.limit(PUBLIC_LIMIT, key_func=asker)
def event_types() -> Response:
    """Everything that anybody may book; with a token what is hidden or gone as well."""
    if not hosts.anything_known():
        abort(503, NO_KEY if not works().desk.open else "Cal.com has not been asked yet what can be booked. Try again in a moment.")
    found = hosts.everything() if holder() is not None else hosts.open_to_all()
    return kept(shapes.EventTypes(event_types=[shapes.EventType(**_row(kind)) for kind in found]).model_dump(mode="json"))


def _row(kind: EventType) -> dict[str, Any]:
    path = url_for("public.book_event", username=kind.host.username, slug=kind.slug)
    times = catalogue.times_url(kind, works().desk)
    return {
        "id": kind.calcom_id,
        "slug": kind.slug,
        "title": kind.title,
        "description": kind.description,
        "length": kind.minutes,
        "lengths": kind.lengths or [kind.minutes],
        "price": kind.price,
        "currency": kind.currency or None,
        "host": {"username": kind.host.username, "name": kind.host.name},
        "confirmation": kind.confirms_first,
        "seats": kind.seats or None,
        "recurring": bool(kind.recurrence),
        "active": kind.active and kind.removed_at is None and kind.host.removed_at is None,
        "hidden": kind.hidden,
        "url": settings().SITE_URL + path,
        "times_url": settings().SITE_URL + times if times else None,
        "last_synced_at": iso(kind.last_synced_at),
    }
