"""The pages that visitors see, each also as `…/embed` for the inside of a frame."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.sandbox import showing
from app.sandbox.catalogue import Catalogue, Host
from app.sandbox.desk import desk
from app.sandbox.dials import FrameDials, flags_for
from app.sandbox.errors import UnknownBooking, UnknownEventType, UnknownHost
from app.sandbox.state import Booking, Person

pages = Blueprint("pages", __name__)

Answer = str | tuple[str, int] | Response


@pages.get("/")
def home() -> Response:
    """Straight to the host's list."""
    return redirect(url_for("pages.event_types", user=_catalogue().first_host().username))


@pages.get("/<user>")
@pages.get("/<user>/embed", endpoint="event_types_embed")
def event_types(user: str) -> Answer:
    """The list of what can be booked with a host."""
    try:
        host = _catalogue().host(user)
    except UnknownHost as problem:
        return _not_found(problem.words)
    kinds = _catalogue().event_types(host)
    shown = [showing.event_type(kind, _flags()) for kind in kinds]
    return _page(view="list", title=host.name, eventTypes=shown, kinds=kinds, host=host, whose=host)


@pages.get("/<user>/<slug>")
@pages.get("/<user>/<slug>/embed", endpoint="booker_embed")
def booker(user: str, slug: str) -> Answer:
    """The booking page of one event type; with `rescheduleUid` it moves a booking."""
    try:
        kind = _catalogue().find(slug, username=user)
    except UnknownEventType:
        return _not_found("This kind of meeting does not exist, or it is no longer offered.")
    moving = request.args.get("rescheduleUid")
    if not moving:
        return _page(view="pick", title=kind.title, eventType=showing.event_type(kind, _flags()), whose=kind.host)
    try:
        found, person, seat = find_view(moving)
    except UnknownBooking:
        return _not_found("The booking that should be moved does not exist.")
    if found.payment_due or (not found.holds_time and not found.moved):
        return _booking_page(found, person, seat)
    return _page(
        view="pick",
        title=f"Move: {found.event_type.title}",
        eventType=showing.event_type(found.event_type, _flags()),
        booking=showing.booking(found, person=person, seat_id=seat),
        whose=found.host,
    )


@pages.get("/reschedule/<uid>")
@pages.get("/reschedule/<uid>/embed", endpoint="reschedule_embed")
def reschedule(uid: str) -> Answer:
    """Move a booking: the address that mails and success pages link to."""
    try:
        found = desk().engine.booking(uid)
    except UnknownBooking:
        return _not_found("The booking that should be moved does not exist.")
    query = {**request.args.to_dict(flat=False), "rescheduleUid": [uid]}
    target = "pages.booker_embed" if _framed() else "pages.booker"
    return redirect(url_for(target, user=found.host.username, slug=found.event_type.slug, **query))  # type: ignore[arg-type]  # url_for takes lists, its types do not say so


@pages.get("/booking/<uid>")
@pages.get("/booking/<uid>/embed", endpoint="booking_embed")
def booking(uid: str) -> Answer:
    """One booking, to look at, move or cancel."""
    try:
        found, person, seat = find_view(uid)
    except UnknownBooking:
        return _not_found("There is no booking at this address.")
    return _booking_page(found, person, seat)


def find_view(uid: str) -> tuple[Booking, Person | None, str | None]:
    """A booking, who looks at it, and their seat: in a class only a seat's own address names a person."""
    found = desk().engine.booking(uid)
    if found.event_type.seats is None:
        return found, found.booker, None
    seat_id = request.args.get("seatReferenceUid")
    if seat_id is None:
        return found, None, None
    seat = found.seat(seat_id)
    if seat is None:
        raise UnknownBooking
    return found, seat.person, seat.id


def _booking_page(found: Booking, person: Person | None, seat: str | None) -> Answer:
    return _page(
        view="cancel" if request.args.get("cancel") == "true" else "booking",
        title=found.event_type.title,
        eventType=showing.event_type(found.event_type, _flags()),
        booking=showing.booking(found, person=person, seat_id=seat),
        whose=found.host,
    )


def _not_found(words: str) -> Answer:
    return _page(view="missing", title="Page not found", words=words), 404


def _page(*, view: str, title: str, **more: Any) -> str:
    kinds, host = more.pop("kinds", ()), more.pop("host", None)
    whose: Host = more.pop("whose", None) or _catalogue().first_host()
    boot = showing.boot(view=view, whose=whose, flags=_flags(), path=request.path, **more)
    theme = request.args.get("theme")
    return render_template(
        "sandbox/booker.html",
        boot=boot,
        view=view,
        title=title,
        framed=_framed(),
        theme=theme if theme in ("light", "dark") else "auto",
        kinds=kinds,
        host=host,
        words=more.get("words", ""),
    )


def _catalogue() -> Catalogue:
    return desk().engine.catalogue


def _framed() -> bool:
    return request.path.endswith("/embed")


def _flags() -> FrameDials:
    return flags_for(desk().dials.frame, request.args)
