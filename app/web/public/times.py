"""Booking without Cal.com's frame: a day, a time, a form. Works without scripts; what is chosen stands in the address.

A time is held at Cal.com when its button is pressed, which is a POST, and let go after the booking or for another time.
Holding is a courtesy: when it does not work, the form still opens, since Cal.com decides in the end.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from app import clock
from app.calcom.errors import CalcomError, NotAllowed, NotConfigured, Reason, Refused
from app.extensions import limiter
from app.hosts.models import EventType
from app.reception.availability import nearest
from app.reception.book import book
from app.reception.models import Outcome
from app.reception.questions import questions_of
from app.web import errors
from app.web.filters import iso
from app.web.public import catalogue, spam, wish
from app.web.public.blueprint import blueprint, desk, policy, settings, site
from app.web.public.booking import find, moved, not_here
from app.web.public.calcom import default_calendar
from app.web.public.moments import note
from app.web.public.times_form import PROBLEMS, STATUS, Form, Problem, empty, facts_of_time, metadata_of, order_of, sent
from app.web.public.times_sheet import sheet_of
from app.web.public.wish import Wish

HOLD = "hold"
NO_ANSWER = Problem("The calendar does not answer", "The free times cannot be shown right now. Try again in a moment, or use the calendar's own page.")
NO_TIMES = Problem("Free times cannot be shown here at the moment", "The calendar's own page shows them.")


@blueprint.get("/book/<username>/<slug>/times")
@limiter.limit("120 per minute")
def times(username: str, slug: str) -> ResponseReturnValue:
    """The days of a month with their free times, or the form for a time that is named in the address."""
    kind = _kind(username, slug)
    if not isinstance(kind, EventType):
        return kind
    spam.note_visit()
    chosen = _wish(kind)
    if chosen.start is not None and chosen.start <= clock.now():
        return _sheet(kind, replace(chosen, start=None), problem=PROBLEMS["past"], around=chosen.start)
    if chosen.start is not None:
        return _form(empty(kind, chosen, held_until=_held_until(kind, chosen.start)))
    return _sheet(kind, chosen)


@blueprint.post("/book/<username>/<slug>/times")
@limiter.limit("120 per minute")
def times_chosen(username: str, slug: str) -> ResponseReturnValue:
    """A time was chosen or changed, or the form was sent."""
    kind = _kind(username, slug)
    if not isinstance(kind, EventType):
        return kind
    chosen = _wish(kind)
    start = wish.moment(request.form.get("switch") or request.form.get("time", ""))
    if start is None:
        return _sheet(kind, chosen, problem=Problem("No time was chosen", "Choose a day, then a time."), status=400)
    chosen = replace(chosen, start=start, month=None, day=None)
    if request.form.get("step") != "book":
        return _choose(kind, chosen)
    if request.form.get("switch"):
        return _switch(kind, chosen)
    return _book(sent(kind, chosen))


@blueprint.errorhandler(CSRFError)
def _session_is_gone(error: CSRFError) -> ResponseReturnValue:
    """A page that stood open for too long, or a cookie that was lost: the form again with what was typed, and nothing was booked."""
    start = wish.moment(request.form.get("switch") or request.form.get("time", ""))
    if request.endpoint != "public.times_chosen" or start is None:
        return errors.answer_to(error)
    kind = _kind(**(request.view_args or {}))
    if not isinstance(kind, EventType):
        return kind
    chosen = replace(_wish(kind), start=start, month=None, day=None)
    spam.note_visit()
    if request.form.get("step") != "book":
        return redirect(url_for("public.times", username=kind.host.username, slug=kind.slug, **chosen.address()), 303)
    return _form(replace(sent(kind, chosen, check=False), problem=PROBLEMS["old"]), status=400)


def _choose(kind: EventType, chosen: Wish) -> ResponseReturnValue:
    """Holds the time and opens its form."""
    if why := _hold(kind, chosen):
        return _sheet(kind, replace(chosen, start=None), problem=PROBLEMS[why], around=chosen.start, status=STATUS.get(why, 422))
    note("times-chosen")
    return redirect(url_for("public.times", username=kind.host.username, slug=kind.slug, **chosen.address()), 303)


def _switch(kind: EventType, chosen: Wish) -> ResponseReturnValue:
    """Another time for a form that is filled in already."""
    why = _hold(kind, chosen)
    form = sent(kind, chosen, check=False)
    if why:
        return _failed(form, why)
    return _form(replace(form, held_until=_held_until(kind, form.time.start)))


def _book(form: Form) -> ResponseReturnValue:
    if refused := spam.refusal():
        return _form(replace(form, problem=Problem("Please send the form once more", refused)), status=422)
    if form.errors:
        return _form(replace(form, held_until=_held_until(form.kind, form.time.start)), status=422)
    order = order_of(form, metadata_of(form.wish, request.path))
    if spam.too_many(order.email):
        return _failed(form, "many")
    result = book(desk(), order, policy=policy())
    if result.outcome is Outcome.BOOKED:
        _let_go()
        note("times-booked")
        return redirect(url_for("public.success", start=iso(form.time.start), state=result.state), 303)
    known = {question.slug for question in form.questions}
    if fields := {slug: text for slug, text in result.fields.items() if slug in known}:
        return _form(replace(form, answers=replace(form.answers, errors=fields)), status=422)
    return _failed(form, "unsure" if result.outcome is not Outcome.REFUSED else result.why)


def _failed(form: Form, why: str) -> Response:
    """The form with what was typed, the reason in words, and other times where they help."""
    note("times-refused")
    helps = why in {"taken", "notice", "past", "limit", "other"}
    around = nearest(desk(), form.kind, form.time.start, minutes=form.wish.minutes) if helps else []
    return _form(replace(form, problem=PROBLEMS.get(why, PROBLEMS["other"]), nearest=around), status=STATUS.get(why, 422))


def _kind(username: str, slug: str) -> EventType | ResponseReturnValue:
    """The event type that can be booked here, or the answer when it cannot."""
    found = find(username, slug)
    if isinstance(found, EventType):
        if (found.host.username, found.slug) != (username, slug):
            return moved("public.times", username=found.host.username, slug=found.slug)
        why = catalogue.elsewhere(found, desk())
        return _elsewhere(why, found.title, found.booking_url or default_calendar(settings()).at(found.link).page_url) if why else found
    calendar = default_calendar(settings()).of(username, slug)
    if calendar and (found is None or calendar.link == default_calendar(settings()).path):
        return _elsewhere("key" if not desk().open else "unknown", site().book.title, calendar.page_url)
    return not_here(found)


def _elsewhere(why: str, title: str, page_url: str) -> Response:
    return make_response(render_template("public/times_elsewhere.html", heading=title, why=why, page_url=page_url, private=True))


def _wish(kind: EventType) -> Wish:
    slugs = [question.slug for question in questions_of(kind)]
    return wish.read(request.args, kind, slugs=slugs, home_zone=site().place.time_zone)


def _sheet(kind: EventType, chosen: Wish, *, problem: Problem | None = None, around: datetime | None = None, status: int = 200) -> Response:
    page: dict[str, Any] = {"sheet": None, "chosen": chosen}
    try:
        page["sheet"] = sheet_of(kind, chosen, desk(), held=_held(kind))
    except (NotConfigured, NotAllowed):
        problem, status = NO_TIMES, 503
    except CalcomError:
        problem, status = NO_ANSWER, 503
    close = nearest(desk(), kind, around, minutes=chosen.minutes) if around and page["sheet"] else []
    page_url = kind.booking_url or default_calendar(settings()).at(kind.link).page_url
    html = render_template(
        "public/times.html", heading=kind.title, summary=kind.description, kind=kind, card=catalogue.card(kind, with_host=True),
        problem=problem, nearest=close, zones=wish.zones(), page_url=page_url, private=True, **page,
    )  # fmt: skip
    return _never_kept(html, status)


def _form(form: Form, status: int = 200) -> Response:
    html = render_template(
        "public/times_form.html", heading=form.kind.title, form=form, facts=facts_of_time(form), trap=spam.TRAP,
        place_zone=site().place.time_zone, private=True,
    )  # fmt: skip
    return _never_kept(html, status)


def _never_kept(html: str, status: int) -> Response:
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "10"
    return response


def _hold(kind: EventType, chosen: Wish) -> str:
    """Keeps the time free for this visitor for some minutes; the reason when it cannot be had, empty otherwise."""
    _let_go()
    start = chosen.start
    if start is None or spam.too_many_holds():
        return ""
    try:
        held = desk().client.slots.hold(event_type_id=kind.calcom_id, start=start, duration=chosen.minutes if kind.lengths else None)
    except Refused as error:
        desk().forget(kind)
        return str(error.reason) if error.reason is not Reason.OTHER else "taken"
    except CalcomError:
        return ""
    desk().forget(kind)
    session[HOLD] = [held.uid, kind.calcom_id, iso(start), iso(held.until)]
    return ""


def _held(kind: EventType) -> datetime | None:
    """The time that is held for this visitor: taken for others, free for whoever comes back to the days."""
    held: Any = session.get(HOLD)
    start = wish.moment(held[2]) if isinstance(held, list) and len(held) == 4 and held[1] == kind.calcom_id else None
    return start if start and _held_until(kind, start) else None


def _held_until(kind: EventType, start: datetime) -> datetime | None:
    held: Any = session.get(HOLD)
    mine = isinstance(held, list) and len(held) == 4 and held[1:3] == [kind.calcom_id, iso(start)]
    until = wish.moment(held[3]) if mine else None
    return until if until and until > clock.now() else None


def _let_go() -> None:
    """Gives the held time back; one that cannot be given back runs out by itself."""
    held: Any = session.pop(HOLD, None)
    if isinstance(held, list) and held and desk().open:
        try:
            desk().client.slots.let_go(str(held[0]))
        except CalcomError:
            return
