"""The calendar that programs subscribe to: no cookie, no session, no page, only the file behind a secret address.

Calendar programs ask every few minutes to hours, several devices for one person and many persons through one server of
a calendar maker. So the limit is on the address that is asked for; a wide one on who asks keeps guessing from being
work. robots.txt must not close these addresses: makers of calendars obey it and would not read them.

Whether there is news only the ETag tells. A calendar has no moment of its last change: a booking that goes to another
host leaves none behind. So there is no Last-Modified, and a program that sends nothing but a date gets the whole file.
"""

from flask import Blueprint, Response, current_app, request

from app.accounts.models import Role
from app.config import Settings
from app.extensions import limiter
from app.reports import feeds
from app.reports.ics import Calendar, calendar_pieces, fingerprint
from app.site import Site

blueprint = Blueprint("feeds", __name__)


def _address() -> str:
    return request.path


@blueprint.get("/calendar/<token>.ics")
@limiter.limit("600 per minute")
@limiter.limit("30 per minute", key_func=_address)
def calendar(token: str) -> Response:
    """The bookings that the owner of the address may see, as a calendar; 304 when nothing changed."""
    owner = feeds.owner_of(token)
    if owner is None:
        return _private(Response("There is no calendar at this address. It may have been ended; a new one is made on the page Calendar feed.\n",
                                 status=404, mimetype="text/plain"))  # fmt: skip
    settings: Settings = current_app.extensions["settings"]
    site: Site = current_app.extensions["site"]
    host = owner.email if owner.role == Role.HOST else ""
    wanted = Calendar(host=host, name=f"{site.name}: bookings", zone=site.place.time_zone, site_url=settings.SITE_URL.rstrip("/"))
    response = Response(mimetype="text/calendar")
    response.set_etag(fingerprint(wanted))
    response.make_conditional(request)
    if response.status_code == 200 and request.method == "GET":
        response.response = calendar_pieces(wanted)
    response.headers["Content-Disposition"] = 'inline; filename="bookings.ics"'
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
