"""Event types: what can be booked, as synced, with the way to its public page and to its bookings."""

from flask import render_template, request

from app.hosts import queries
from app.web.admin.blueprint import blueprint, settings
from app.web.admin.catalogue import shown
from app.web.admin.places import state_of


@blueprint.get("/event-types")
def event_types() -> str:
    """Every event type under its host; those that are gone too."""
    state = state_of(request.args, shown.STATES)
    rows = list(queries.everything())
    wanted = [row for row in rows if not state or shown.state_of(row) == state]
    return render_template(
        "admin/catalogue/event_types.html",
        state=state,
        shown=shown,
        groups=shown.kinds(wanted),
        count=len(wanted),
        known=bool(rows),
        synced_at=shown.synced_at(rows),
        has_key=bool(settings().CALCOM_API_KEY),
    )
