"""One booking beside what Cal.com says of it now, and the button that takes over what Cal.com says.

A GET that asks Cal.com: it changes nothing here, and loading the page again looks again.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.away import DatabaseBusy
from app.bookings.models import Booking
from app.calcom.errors import CalcomError
from app.desk.verify import Verdict, accept, verify
from app.sync.translate import NotUnderstood
from app.web.admin.blueprint import blueprint, zone
from app.web.admin.desk.says import todo
from app.web.admin.desk.subject import address_of, booking_of, client, staff, works
from app.web.admin.diff import Side, sides


@blueprint.get("/calendar/<reference>/verify")
def booking_verify(reference: str) -> ResponseReturnValue:
    """Looks at Cal.com and shows both sides."""
    booking = booking_of(reference)
    calcom, address = client(), address_of(booking)
    if calcom is None or address is None:
        return _page(booking)
    try:
        verdict = verify(calcom, booking, address)
    except (CalcomError, NotUnderstood) as error:
        return _page(booking_of(reference), error=error), 503
    return _page(booking_of(reference), verdict=verdict)


@blueprint.post("/calendar/<reference>/verify")
def booking_take_over(reference: str) -> ResponseReturnValue:
    """Takes over what Cal.com says, if it still is what the page showed."""
    booking = booking_of(reference)
    calcom, address, number = client(), address_of(booking), booking.reference
    if calcom is None or address is None:
        flash("Nothing was taken over: Cal.com cannot be asked.")
        return redirect(url_for(".booking", reference=number))
    try:
        left = accept(calcom, booking, address, shown=request.form.get("shown", ""), by=staff(), policy=works().policy)
    except (CalcomError, NotUnderstood, DatabaseBusy) as error:
        return _page(booking_of(number), error=error), 503
    if left is None:
        flash("Taken over: this booking now says what Cal.com says. The history shows what changed.")
        return redirect(url_for(".booking", reference=number))
    if not left.differs:
        flash("There was nothing to take over any more: both sides say the same.")
        return redirect(url_for(".booking", reference=number))
    return _page(booking_of(number), verdict=left, changed=True), 409


def _page(booking: Booking, *, verdict: Verdict | None = None, error: Exception | None = None, changed: bool = False) -> str:
    rows: list[Side] = sides([(line.field, line.ours, line.theirs) for line in verdict.lines], zone=zone()) if verdict else []
    return render_template(
        "admin/desk/verify.html",
        booking=booking,
        has_key=client() is not None,
        verdict=verdict,
        different=[row for row in rows if not row.same],
        same=[row for row in rows if row.same and row.ours],
        why=_words(error),
        todo=todo(error) if isinstance(error, CalcomError) else "Load this page again in a moment; the log has the details.",
        changed=changed,
    )


def _words(error: Exception | None) -> str:
    match error:
        case NotUnderstood():
            return "Cal.com answered with a booking that this version cannot understand."
        case DatabaseBusy():
            return "This site's database takes no writes right now."
        case _:
            return str(error) if error else ""
