"""*Today*: what needs a hand, the next meetings, and the proof that all is well."""

from itertools import groupby

from flask import render_template

from app import clock
from app.bookings import ahead, queries
from app.inbox import queries as inbox
from app.sync import queries as sync
from app.web.access import own_bookings_of
from app.web.admin.blueprint import blueprint, settings, zone
from app.web.admin.first_run import steps
from app.web.admin.listing import short_title
from app.web.admin.rail import can_open
from app.web.admin.today.needs import needs
from app.web.filters import local


@blueprint.get("/")
def today() -> str:
    """What a person of the house wants to know first; a host hears of the own meetings only."""
    host = own_bookings_of()
    meetings = ahead.next_meetings(host=host)
    return render_template(
        "admin/today/today.html",
        now=clock.now(),
        needs=needs(host=host),
        requests=ahead.requests_to_answer(host=host),
        days=[(day, list(rows)) for day, rows in groupby(meetings, key=lambda each: local(each.start, zone()).date())],
        status_of=queries.status_of,
        short_title=short_title,
        news=ahead.news(host=host),
        standing=None if host else _standing(),
        first=steps.wanted() if can_open("admin.first_run") else None,
    )


def _standing() -> dict[str, object]:
    """How the machinery stands, as far as the role may look into it."""
    return {
        "compares": bool(settings().CALCOM_API_KEY) and can_open("admin.sync"),
        "done": sync.last_done(),
        "under_way": sync.under_way(),
        "heard": inbox.last_received_at() if can_open("admin.inbox") else None,
    }
