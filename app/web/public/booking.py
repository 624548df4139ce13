"""The pages that host Cal.com's embed: `/book`, a host, a host's event type, and the consultation."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, abort, make_response, render_template, request

from app.web.public import prefill
from app.web.public.blueprint import blueprint, settings, site
from app.web.public.calcom import Calendar, default_calendar
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

    @property
    def page_url(self) -> str:
        """The way out: the booking page with what the visitor brought along. The visitor's token stays here."""
        carried = self.prefill | {"metadata[frontdesk_source]": self.source}
        return f"{self.calendar.page_url}{'&' if '?' in self.calendar.link else '?'}{urlencode(carried)}"


@blueprint.get("/book")
def book() -> Response:
    """The default calendar."""
    return _book(default_calendar(settings()))


@blueprint.get("/book/<username>")
def book_host(username: str) -> Response:
    """Everything that can be booked with the host; 404 for anybody else's name."""
    return _book(default_calendar(settings()).of(username) or _nobody())


@blueprint.get("/book/<username>/<slug>")
def book_event(username: str, slug: str) -> Response:
    """One event type of the host."""
    return _book(default_calendar(settings()).of(username, slug) or _nobody())


@blueprint.get("/consultation")
def consultation() -> Response:
    """What the consultation is, with the calendar further down, loaded when the visitor comes near it."""
    page = site().consultation
    calendar = default_calendar(settings())
    embed = _embed(calendar, title=page.book_title, lazy=True)
    return _personal("public/consultation.html", heading=page.title, summary=page.lead, embed=embed)


def _book(calendar: Calendar) -> Response:
    page = site().book
    embed = _embed(calendar, title="Choose a time", lazy=False) if calendar.link else None
    return _personal("public/book.html", heading=page.title, summary=page.lead, embed=embed)


def _embed(calendar: Calendar, *, title: str, lazy: bool) -> Embed:
    own_host = urlsplit(settings().SITE_URL).hostname or ""
    return Embed(
        calendar=calendar,
        title=title,
        frame_title=f"Calendar of {site().name}: choose a day and a time",
        visitor=current_visitor().token,
        source=prefill.source(request.path, request.args, request.referrer, own_host),
        prefill=prefill.from_query(request.args),
        lazy=lazy,
    )


def _personal(template: str, **values: Any) -> Response:
    """A page that carries this visitor's token: no shared cache may keep it."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _nobody() -> Calendar:
    abort(404, "Nobody with this name can be booked here.")
