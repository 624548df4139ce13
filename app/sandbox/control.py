"""The control page: what the host does in the real product, and the dials that make things fail."""

import secrets
from dataclasses import fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.sandbox import reading
from app.sandbox.catalogue import Host
from app.sandbox.desk import desk
from app.sandbox.dials import ApiDials, DeliveryDials, FrameDials, ScriptDials
from app.sandbox.errors import Refused
from app.sandbox.frame_events import instant
from app.sandbox.orders import Cancel, Move
from app.sandbox.state import Booking, Status

control = Blueprint("control", __name__, url_prefix="/control")

_TIMES_TO_CHOOSE = 60
_ROWS_SHOWN = 300
_DIAL_WORDS = {
    "loss": ("Lost", "Share of deliveries that never leave, 0 to 1"),
    "delay_ms": ("Delay", "Milliseconds before each delivery"),
    "repeats": ("Repeats", "How often each one is sent again"),
    "reorder": ("Overtaken", "Share that later ones overtake, 0 to 1"),
    "held": ("Held back", "Share that waits for you"),
    "fail": ("Link fails", "linkFailed with 403, 404, 500, or legacy"),
    "faillate": ("Link fails late", "500 where linkReady was due"),
    "silent": ("Silent frame", "The document loads and never speaks"),
    "delay": ("Slow frame", "Milliseconds before it is ready"),
    "slots": ("Slow times", "Milliseconds before the times are there"),
    "noslots": ("No free time", "An empty calendar"),
    "pending": ("Confirm first", "Each booking waits for the host"),
    "payment": ("Paid", "Each booking costs money"),
    "recurring": ("Series", "Each booking is four weekly ones"),
    "error": ("Refuse", "Each booking is refused in the frame"),
    "v2only": ("New events only", "The deprecated pair is left out"),
    "tall": ("Taller", "Pixels added to the page"),
    "script": ("Embed script", "ok, missing or html"),
    "script_delay_ms": ("Slow script", "Milliseconds before it is served"),
    "api_429": ("Too many", "Share told to wait, 0 to 1"),
    "api_500": ("Errors", "Share that fail inside, 0 to 1"),
    "api_html": ("Web pages", "Share got from the edge"),
    "api_cut": ("Cut off", "Share that ends too early"),
    "api_redirect": ("Sent elsewhere", "Share that are redirected, 0 to 1"),
    "api_lost": ("Answer lost", "Share of writes that are done"),
    "api_slow": ("Slow answers", "Share that dribbles in"),
    "api_slow_ms": ("How slow", "Milliseconds it takes then"),
    "api_next": ("Next requests", "For example 500*3,html,ok,lost"),
    "api_only": ("Only", "Such as GET /v2/bookings"),
    "api_churn": ("Restless rows", "Changed after each page read"),
    "api_unknown": ("Not known here", "Properties dropped without a word"),
    "api_limit": ("Limit", "Requests a minute"),
    "clock_scale": ("Faster clock", "The limit’s minute divided by this"),
}
_GROUPS = (("Deliveries", DeliveryDials), ("Inside the frame", FrameDials), ("Embed script", ScriptDials), ("Interface for programs", ApiDials))


@control.before_request
def check_form_token() -> None:
    """A form counts only when it was served by this process."""
    given = request.form.get("token", "")
    if request.method == "POST" and not secrets.compare_digest(given, desk().form_token):
        abort(403)


@control.get("")
def overview() -> str:
    """Requests, bookings, dials and deliveries on one page."""
    bookings = desk().engine.bookings(most=_ROWS_SHOWN)
    return render_template(
        "sandbox/control.html",
        desk=desk(),
        host=_host(),
        requests=[b for b in bookings if b.status is Status.PENDING and not b.payment_due],
        bookings=bookings,
        deliveries=desk().courier.log(),
        held=desk().courier.held(),
        dials=_dial_groups(),
        changed=desk().dials != type(desk().dials)(),
        messages=_messages(),
        when=_when,
        exact=instant,
        state=_state,
    )


@control.get("/bookings/<uid>")
def details(uid: str) -> str:
    """One booking with the acts of a host."""
    booking = desk().engine.booking(uid)
    free = desk().engine.free_starts(booking.event_type.slug, minutes=_offered(booking), leaving=uid, username=booking.host.username)
    return render_template(
        "sandbox/control_booking.html",
        desk=desk(),
        booking=booking,
        free=[start for start, _ in free[:_TIMES_TO_CHOOSE]],
        deliveries=[one for one in desk().courier.log() if one.uid == uid],
        messages=_messages(),
        when=_when,
        exact=instant,
        state=_state,
    )


@control.post("/bookings/<uid>/<act>")
def act_on(uid: str, act: str) -> Response:
    """Confirm, reject, move or cancel as the host."""
    engine, reason = desk().engine, reading.text(request.form, "reason")
    try:
        if act == "confirm":
            after, words = engine.confirm(uid), "Confirmed"
        elif act == "reject":
            after, words = engine.reject(uid, reason=reason), "Rejected"
        elif act == "move":
            start = reading.moment(request.form.get("start"))
            after, words = engine.move(Move(uid=uid, start=start, by_host=True, reason=reason)), "Moved"
        elif act == "cancel":
            after, words = engine.cancel(Cancel(uid=uid, by_host=True, reason=reason)), "Cancelled"
        else:
            abort(404)
    except Refused as problem:
        desk().notices.append(("problem", problem.words))
        return redirect(url_for("control.overview"), 303)
    desk().notices.append(("done", f"{words}: {after.title}, {_when(after.start)}."))
    return redirect(url_for("control.overview"), 303)


@control.post("/dials")
def turn() -> Response:
    """Set all dials from the form; a box without its mark is off."""
    wanted: dict[str, object] = {name: request.form.get(name, "") for name in desk().dials.flat()}
    try:
        desk().turn(wanted)
    except Refused as problem:
        desk().notices.append(("problem", problem.words))
    else:
        desk().notices.append(("done", "The dials are set."))
    return redirect(url_for("control.overview", _anchor="dials"), 303)


@control.post("/release")
def release() -> Response:
    """Send what the dial held back."""
    number = desk().courier.release()
    desk().notices.append(("done", f"Sent what was held back: {number}."))
    return redirect(url_for("control.overview", _anchor="deliveries"), 303)


@control.post("/reset")
def reset() -> Response:
    """Forget all bookings, deliveries and faults."""
    desk().reset()
    desk().notices.append(("done", "Everything is forgotten. The site keeps what it was told before."))
    return redirect(url_for("control.overview"), 303)


def _host() -> Host:
    return desk().engine.catalogue.first_host()


def _messages() -> list[tuple[str, str]]:
    """What the last act did, shown once. There is one host and one page, so no cookie is needed."""
    notices, desk().notices = desk().notices, []
    return notices


def _offered(booking: Booking) -> int | None:
    return booking.minutes if booking.minutes in booking.event_type.offered_lengths() else None


def _when(moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(_host().time_zone))
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def _state(booking: Booking) -> tuple[str, str]:
    """A booking's state: the word to show and the name of its badge."""
    if booking.moved:
        return "Moved", "ended"
    if booking.payment_due:
        return "Payment due", "pending"
    return {
        Status.ACCEPTED: ("Confirmed", "confirmed"),
        Status.PENDING: ("Waiting for you", "pending"),
        Status.CANCELLED: ("Cancelled", "ended"),
        Status.REJECTED: ("Rejected", "ended"),
    }[booking.status]


def _dial_groups() -> list[tuple[str, list[dict[str, Any]]]]:
    values = desk().dials.flat()
    return [
        (
            title,
            [
                {
                    "name": one.name,
                    "label": _DIAL_WORDS[one.name][0],
                    "help": _DIAL_WORDS[one.name][1],
                    "value": values[one.name],
                    "box": isinstance(values[one.name], bool),
                    "whole": isinstance(values[one.name], int),
                    "choice": one.name == "script",
                }
                for one in fields(group)
            ],
        )
        for title, group in _GROUPS
    ]
