"""The pages that host Cal.com's embed: `/book`, a host's event type, the consultation; and the list of what a host offers.

What can be booked is known once Cal.com has been asked. Until then the account of `CALCOM_LINK` answers for every name
below it, and the frame itself has to say whether there is such an event type.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.browsing.kinds import FROM_BROWSERS
from app.hosts import queries as hosts
from app.hosts.models import EventType, Host
from app.web.public import catalogue, prefill
from app.web.public.blueprint import blueprint, desk, settings, site
from app.web.public.calcom import Calendar, default_calendar
from app.web.public.moments import wants_no_trace
from app.web.public.visitor import current_visitor


@dataclass(frozen=True)
class Embed:
    """What the booking stage needs to know; the script reads it from `data-` attributes."""

    calendar: Calendar
    title: str
    frame_title: str
    visitor: str
    source: str
    prefill: dict[str, str]
    lazy: bool
    times_url: str = ""
    """Where the same can be booked without the frame."""
    tell: str = ""
    """What the page tells of itself, name by name; nothing where the browser asks not to be followed."""

    @property
    def page_url(self) -> str:
        """The way out: the booking page with what the visitor brought along. The visitor's token stays here."""
        carried = self.prefill | {"metadata[frontdesk_source]": self.source}
        return f"{self.calendar.page_url}{'&' if '?' in self.calendar.link else '?'}{urlencode(carried)}"


@blueprint.get("/book")
def book() -> Response:
    """The default calendar."""
    calendar = default_calendar(settings())
    return _book(calendar, catalogue.behind(calendar))


@blueprint.get("/book/<username>")
def book_host(username: str) -> ResponseReturnValue:
    """Everything that can be booked with the host; 404 with help for anybody else's name."""
    host = hosts.host_named(username)
    if host is None:
        calendar = default_calendar(settings()).of(username)
        return _book(calendar, None) if calendar else not_here()
    if host.username != username:
        return moved("public.book_host", username=host.username)
    cards = catalogue.cards(host)
    if not cards:
        return not_here(host)
    heading = f"Book with {host.name or site().name}"
    return make_response(render_template("public/host.html", heading=heading, summary=site().description, host=host, event_types=cards))


@blueprint.get("/book/<username>/<slug>")
def book_event(username: str, slug: str) -> ResponseReturnValue:
    """One event type of a host; a former name leads on, an unknown one gets a 404 with what there is instead."""
    found = find(username, slug)
    if isinstance(found, EventType):
        if (found.host.username, found.slug) != (username, slug):
            return moved("public.book_event", username=found.host.username, slug=found.slug)
        return _book(default_calendar(settings()).at(found.link), found)
    calendar = default_calendar(settings()).of(username, slug)
    if calendar and (found is None or calendar.link == default_calendar(settings()).path):
        return _book(calendar, None)
    return not_here(found)


@blueprint.get("/consultation")
def consultation() -> Response:
    """What the consultation is, with the calendar further down, loaded when the visitor comes near it."""
    page = site().consultation
    calendar = default_calendar(settings())
    embed = _embed(calendar, catalogue.behind(calendar), title=page.book_title, lazy=True)
    return _personal("public/consultation.html", heading=page.title, summary=page.lead, embed=embed, event_types=catalogue.cards())


def find(username: str, slug: str) -> EventType | Host | None:
    """The event type that an address means; the host when it has none of this name; None when nobody is known by that name.

    What is hidden from lists is found only under the link that the settings name.
    """
    host = hosts.host_named(username)
    kind = hosts.event_type_named(host, slug) if host else None
    if kind is not None and kind.active and (not kind.hidden or kind.link == default_calendar(settings()).path):
        return kind
    return host


def not_here(host: Host | None = None) -> Response:
    """A 404 that names what can be booked instead."""
    if host is None:
        heading, why = "Nobody with this name can be booked here", "The address may have a typing mistake, or the person has left."
    else:
        heading, why = "This cannot be booked any more", f"{host.name or 'The host'} does not offer it, or it has another name now."
    instead = (catalogue.cards(host) if host else []) or catalogue.cards()
    page = render_template("public/not_here.html", heading=heading, why=why, event_types=instead, private=True)
    response = make_response(page, 404)
    response.headers["Cache-Control"] = "no-store"
    return response


def moved(endpoint: str, **values: Any) -> ResponseReturnValue:
    """To the present name, with everything the address carries; not for ever, since names are given back."""
    return redirect(url_for(endpoint, **values) + (f"?{request.query_string.decode()}" if request.query_string else ""), 302)


def _book(calendar: Calendar, kind: EventType | None) -> Response:
    page = site().book
    named = kind if request.endpoint == "public.book_event" else None
    embed = _embed(calendar, kind, title="Choose a time", lazy=False) if calendar.link else None
    heading, summary = (named.title, named.description) if named else (page.title, page.lead)
    return _personal("public/book.html", heading=heading, summary=summary, embed=embed, card=catalogue.card(named, with_host=True) if named else None)


def _embed(calendar: Calendar, kind: EventType | None, *, title: str, lazy: bool) -> Embed:
    own_host = urlsplit(settings().SITE_URL).hostname or ""
    return Embed(
        calendar=calendar,
        title=title,
        frame_title=f"Calendar of {site().name}: choose a day and a time",
        visitor=current_visitor().token,
        source=prefill.source(request.path, request.args, request.referrer, own_host),
        prefill=prefill.from_query(request.args),
        lazy=lazy,
        times_url=catalogue.times_url(kind, desk()),
        tell="" if wants_no_trace() else " ".join(FROM_BROWSERS),
    )


def _personal(template: str, **values: Any) -> Response:
    """A page that carries this visitor's token: no shared cache may keep it."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "private, no-cache"
    return response
