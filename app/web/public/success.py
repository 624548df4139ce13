"""After the booking: what was booked by this browser, whether the calendar has told us already or not yet.

The address holds a start time and a hope, never a uid. Who may see a booking is decided by the visitor's cookie
alone, so a guessed address shows nothing.
"""

from datetime import UTC, datetime, timedelta

from flask import Response, abort, make_response, render_template, request, url_for

from app.bookings import queries
from app.bookings.models import Booking, Status
from app.bookings.queries import status_of
from app.notifications.calendar import has_entry
from app.web.public import ticket as tickets
from app.web.public.blueprint import blueprint, settings, site
from app.web.public.links import opens_booking
from app.web.public.visitor import known_visitors

CLOCKS_MAY_DIFFER = timedelta(minutes=5)

HEADINGS = {
    Status.CONFIRMED: ("You are booked", "Everything is set. Here is what was agreed."),
    Status.PENDING: ("Your request is in", "The host looks at it and answers by mail."),
    Status.AWAITING_PAYMENT: ("One step left", "The time is held for you. It is confirmed when the payment has arrived."),
    Status.CANCELLED: ("This booking was cancelled", "The time is free again."),
    Status.REJECTED: ("The request was declined", "The host could not take this time."),
    Status.COMPLETED: ("Your booking", "This meeting is over."),
}

WAITING = {
    "confirmed": ("You are booked", "The calendar has taken your booking."),
    "pending": ("Your request is in", "The host looks at it and answers by mail."),
    "due": ("One step left", "The time is held for you. It is confirmed when the payment has arrived."),
}

INBOX = {
    "confirmed": "The confirmation has everything: the time, the place and an entry for your calendar.",
    "pending": "You get a mail now that we have your request, and another one with the answer.",
    "due": "The mail has the link for the payment. After it, you get the confirmation.",
}

KIND = {Status.PENDING: "pending", Status.AWAITING_PAYMENT: "due"}


@blueprint.get("/booking/success")
def success() -> Response:
    """The booking of this browser; an honest wait when Cal.com has not told us yet; nothing for strangers."""
    start, hoped = _start(), request.args.get("state", "")
    found = _bookings(start)
    waiting = not found and start is not None and bool(known_visitors())
    if found:
        first = status_of(found[0])
        heading, lead = HEADINGS[first]
        hoped = KIND.get(first, "confirmed")
    elif waiting:
        hoped = hoped if hoped in WAITING else "confirmed"
        heading, lead = WAITING[hoped]
    else:
        heading = "Nothing to show in this browser"
        lead = "A booking is shown here for one hour, in the browser that made it. After that, the mail with the confirmation has everything."
    page = render_template(
        "public/success.html",
        heading=heading,
        lead=lead,
        private=True,
        tickets=[tickets.ticket(booking, site(), tickets.actions_after_booking(booking, site())) for booking in found],
        waiting=waiting,
        start=start,
        inbox_text=INBOX.get(hoped, INBOX["confirmed"]),
        poll_url=url_for("public.success_status", start=request.args.get("start", "")[:40]),
    )
    return _never_kept(make_response(page))


@blueprint.get("/booking/success/status")
def success_status() -> Response:
    """For the waiting page: 204 until the booking is known, then 200 with its ticket (`X-Booking-Status` names the state)."""
    found = _bookings(_start())
    if not found:
        return _never_kept(Response(status=204))
    shown = [tickets.ticket(booking, site(), tickets.actions_after_booking(booking, site())) for booking in found]
    response = make_response("".join(render_template("public/ticket.html", ticket=each) for each in shown))
    response.headers["X-Booking-Status"] = shown[0].status
    return _never_kept(response)


@blueprint.get("/booking/<reference>/manage")
def manage(reference: str) -> Response:
    """The booking for who holds its signed link, with the way to move and to cancel it."""
    booking = _by_link(reference)
    shown = tickets.ticket(booking, site(), tickets.actions_to_manage(booking, site(), settings()))
    heading, lead = HEADINGS[shown.status]
    if shown.status == Status.AWAITING_PAYMENT and len(shown.links) > 1:
        lead = "The time is held for you. Pay on the calendar's own page, or cancel; after the payment you get the confirmation."
    elif len(shown.links) > 1:
        heading, lead = "Your booking", "You can choose another time or cancel. The calendar opens on its own page for that."
    return _never_kept(make_response(render_template("public/manage.html", heading=heading, lead=lead, private=True, ticket=shown)))


@blueprint.get("/booking/<reference>/calendar.ics")
def calendar_file(reference: str) -> Response:
    """The entry for the visitor's own calendar."""
    booking = _by_link(reference)
    if not has_entry(booking):
        abort(404, "This booking has no calendar entry yet.")
    response = Response(tickets.calendar_file(booking, site(), settings()), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="booking-{booking.reference}.ics"'
    return _never_kept(response)


def _by_link(reference: str) -> Booking:
    if not opens_booking(request.args.get("t", ""), reference):
        abort(404)
    return queries.by_reference(reference)


def _bookings(start: datetime | None) -> list[Booking]:
    """What this browser booked within the hour; with `start` only what is, or was before it moved, at that time."""
    found: dict[int, Booking] = {}
    for visitor in known_visitors():
        for booking in queries.for_visitor(visitor_hash=visitor.hash, since=visitor.since - CLOCKS_MAY_DIFFER):
            found.setdefault(booking.id, booking)
    return [booking for booking in found.values() if start is None or start in {booking.start, *queries.earlier_starts(booking)}]


def _start() -> datetime | None:
    try:
        start = datetime.fromisoformat(request.args.get("start", ""))
    except ValueError:
        return None
    return (start if start.tzinfo else start.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _never_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
