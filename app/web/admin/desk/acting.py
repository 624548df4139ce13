"""Acts on a booking: a page that says what will happen and to whom, and the form that does it."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bookings.models import Booking
from app.db import db
from app.desk.carry_out import carry_out
from app.desk.looking import seat_uid_of
from app.desk.wishes import HOST, Act, Outcome, Span, Wish
from app.web.admin.blueprint import blueprint, settings
from app.web.admin.desk.offers import WORDS, class_of, consequences, consequences_for_class, offered, spans
from app.web.admin.desk.says import STATUSES, Problem, problem, said
from app.web.admin.desk.subject import address_of, booking_of, client, staff, works
from app.web.filters import iso
from app.web.public.calcom import booking_url, cancel_url, move_url

LONGEST_REASON = 500
"""What Cal.com keeps and shows in its mails without cutting."""
OLD_PAGE = Problem(
    "The booking has changed since this page was opened",
    "It has another time or another state now, which this page shows. Nothing was asked of Cal.com.",
    "Look at it, and decide again.",
)


@blueprint.get("/calendar/<reference>/act/<act>")
def booking_act(reference: str, act: str) -> ResponseReturnValue:
    """What the act will do, and the form."""
    what, booking = _act(act), booking_of(reference)
    if what not in offered(booking):
        flash(_not_now(what))
        return redirect(url_for(".booking", reference=booking.reference))
    return _page(what, booking)


@blueprint.post("/calendar/<reference>/act/<act>")
def booking_act_now(reference: str, act: str) -> ResponseReturnValue:
    """Asks Cal.com, and says what became of it; what was typed stays when it did not work."""
    what, booking = _act(act), booking_of(reference)
    calcom, address, number = client(), address_of(booking), booking.reference
    reason = " ".join(request.form.get("reason", "").split())
    if what not in offered(booking) or address is None or calcom is None:
        flash("Nothing was asked of Cal.com: there is no CALCOM_API_KEY." if calcom is None else _not_now(what))
        return redirect(url_for(".booking", reference=number))
    if mistakes := _mistakes(what, booking, reason):
        return _page(what, booking, reason=reason, mistakes=mistakes), 422
    people = class_of(booking) if what is Act.CANCEL else []
    span = Span(request.form["span"]) if request.form.get("span") in set(Span) else Span.ONE
    old_class = span is Span.CLASS and request.form.get("people", "") != _numbers(people)
    if request.form.get("seen", _seen(booking)) != _seen(booking) or old_class:
        return _page(what, booking, reason=reason, problem=OLD_PAGE), 409
    wish = Wish(
        what,
        number,
        address,
        staff(),
        reason=reason,
        email=request.form.get("email", ""),
        absent=request.form.get("absent", "yes") == "yes",
        span=span,
        seat_uid=seat_uid_of(db.session(), address),
        shown=frozenset(each.addresses[-1].seat for each in people),
    )
    result = carry_out(calcom, wish, policy=works().policy)
    booking = booking_of(number)
    if result.outcome in {Outcome.DONE, Outcome.ALREADY}:
        flash(said(wish, result, _name(booking, wish.email)))
        return redirect(url_for(".booking", reference=number))
    if result.outcome is Outcome.CHANGED and what not in offered(booking):
        why = problem(result, wish)
        flash(f"{why.title}: {why.text}")
        return redirect(url_for(".booking", reference=number))
    return _page(what, booking, reason=reason, problem=problem(result, wish)), STATUSES[result.outcome]


def _page(what: Act, booking: Booking, **more: Any) -> str:
    address, has_key = address_of(booking), client() is not None
    uid = address.uid if address else ""
    seat_uid = seat_uid_of(db.session(), address) if address else ""
    people = class_of(booking) if what is Act.CANCEL else []
    choices = spans(booking, people) if what is Act.CANCEL else []
    at_calcom = {Act.CANCEL: cancel_url, Act.ASK_TO_MOVE: move_url}.get(what, booking_url)
    shown: dict[str, Any] = {
        "reason": "",
        "mistakes": [],
        "problem": None,
        "email": request.values.get("email", "") or booking.booker_email,
        "absent": request.values.get("absent", "yes") == "yes",
        "span": request.form.get("span", Span.ONE),
    }
    return render_template(
        "admin/desk/act.html",
        booking=booking,
        act=what,
        has_key=has_key,
        about=WORDS[what],
        consequences=list(consequences(what, booking, works().policy)) if what is not Act.ABSENT else [],
        choices=choices,
        people=people if choices else [],
        for_class=list(consequences_for_class(booking, people, works().policy)) if choices and people else [],
        numbers=_numbers(people),
        seat=bool(address and address.seat),
        at_class=booking_url(settings(), uid) if uid else "",
        seen=_seen(booking),
        longest=LONGEST_REASON,
        at_calcom=at_calcom(settings(), uid) if uid else "",
        move_link=move_url(settings(), seat_uid or uid) if uid else "",
        **(shown | more),
    )


def _act(name: str) -> Act:
    if name not in set(Act):
        abort(404, f"There is no act with the name {name[:40]}.")
    return Act(name)


def _mistakes(what: Act, booking: Booking, reason: str) -> list[tuple[str, str]]:
    label = WORDS[what].reason
    if label and not reason:
        return [("reason", "Write a reason: the person reads it, and the booking keeps it.")]
    if len(reason) > LONGEST_REASON:
        return [("reason", f"The reason has {len(reason):,} characters; {LONGEST_REASON} are the most.")]
    known = {HOST, *(str(person.get("email", "")).lower() for person in booking.attendees)}
    if what is Act.ABSENT and request.form.get("email", "").lower() not in known:
        return [("email", "Choose somebody who was invited.")]
    return []


def _seen(booking: Booking) -> str:
    """What the page shows of the booking: another time or state than this and nothing is done."""
    return f"{booking.status} {iso(booking.start)}"


def _numbers(people: Sequence[Booking]) -> str:
    """Whom the page names: when somebody has joined or left since, a whole class is shown again first."""
    return " ".join(sorted(each.reference for each in people))


def _not_now(what: Act) -> str:
    return f"“{WORDS[what].title}” is not possible as the booking stands now. Nothing was changed."


def _name(booking: Booking, email: str) -> str:
    people = {str(person.get("email", "")).lower(): str(person.get("name") or person.get("email")) for person in booking.attendees}
    people[HOST] = booking.host_name or booking.host_email or "The host"
    return people.get(email.lower(), "Somebody")
