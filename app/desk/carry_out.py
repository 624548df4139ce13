"""Carries out what staff want of a booking: look, ask Cal.com, look again, and let what is seen enter as facts.

Why look first: the page may be old, and what has ended or moved meanwhile must not be cancelled under its new time. Why
look again: Cal.com's answer to an act leaves out what the row says, and a delivery about the same act may have come in
between; then one looks once more. The facts are those of any comparison, so the delivery tells nothing new, whether it
comes before, twice, late or never. Two presses of a button meet the same look: the second finds it done.

Who asked is noted before Cal.com is asked: a process that dies in the middle leaves that line, and the delivery does the rest.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from app import clock
from app.accounts.staff_acts import note
from app.away import DatabaseBusy
from app.bookings.audit import Cause
from app.bookings.lifecycle import record, take_turn
from app.bookings.policy import MailPolicy
from app.calcom.client import Client
from app.calcom.errors import Away, CalcomError, Refused, Unsure, Wait
from app.calcom.types import Booking
from app.db import db, transaction
from app.desk.looking import Seen, in_class, look, news, of_series, seats
from app.desk.wishes import HOST, Act, Outcome, Result, Span, Wish
from app.sync.ours import types_known
from app.sync.translate import NotUnderstood

LOOKS = 3
"""How often a delivery may overtake us before we leave it to the deliveries."""
LIVE = frozenset({"accepted", "pending", "awaiting_host"})
WAITING = frozenset({"pending", "awaiting_host"})
NEEDS: Mapping[Act, frozenset[str]] = {
    Act.CONFIRM: WAITING,
    Act.DECLINE: WAITING,
    Act.CANCEL: LIVE,
    Act.ASK_TO_MOVE: LIVE,
    Act.ABSENT: frozenset({"accepted"}),
}
"""How a booking has to stand at Cal.com for an act to make sense."""
CAUSES: Mapping[Act, str] = {
    Act.CONFIRM: "confirmed through Cal.com",
    Act.DECLINE: "declined through Cal.com",
    Act.CANCEL: "cancelled through Cal.com",
    Act.ASK_TO_MOVE: "asked for another time through Cal.com",
    Act.ABSENT: "noted who came through Cal.com",
}
WHOLE_CLASS = "the whole class cancelled through Cal.com"

log = structlog.get_logger()


def carry_out(client: Client, wish: Wish, *, policy: MailPolicy) -> Result:
    """What became of the wish. Nothing is raised that Cal.com or a busy database could cause."""
    try:
        seen = look(client, wish.address, seat_uid=wish.seat_uid)
    except CalcomError as error:
        return Result(Outcome.REFUSED if _final(error) else Outcome.AWAY, error)
    stands = _as_it_stands(wish, seen)
    if stands is not None:
        return Result(stands, recorded=_enter(client, wish, seen, policy))
    try:
        _note(wish, f"asked, for the whole class ({len(seats(seen.first))})" if wish.whole_class else "asked")
    except DatabaseBusy:
        return Result(Outcome.AWAY, Away("This site's own database takes no writes right now, so nothing was asked of Cal.com."))
    db.session.rollback()  # nothing is held open while Cal.com is asked
    try:
        answer = PERFORM[wish.act](client, wish, seen)
    except Unsure as error:
        _note_if_possible(wish, "no answer came; not known yet")
        return Result(Outcome.UNSURE, error)
    except CalcomError as error:
        return _refused(client, wish, error, policy)
    after = _look_again(client, wish, seen, answer)
    recorded = _enter(client, wish, after, policy, done=True)
    others = _enter_series(client, wish, after.first, policy) if recorded else 0
    if wish.whole_class:
        others = len(seats(seen.first) - {wish.address.seat})
    return Result(Outcome.DONE, recorded=recorded, others=others)


# Asking ---------------------------------------------------------------------------------------------------------------


def _cancel(client: Client, wish: Wish, seen: Seen) -> Booking:
    if wish.address.seat and not wish.whole_class:
        return client.bookings.cancel(wish.address.uid, reason=wish.reason, seat_uid=_seat_uid(wish, seen))[0]
    series = seen.first.recurring_uid
    if series and wish.span is Span.SERIES:
        rows = client.bookings.cancel(series, reason=wish.reason)
        return next((row for row in rows if row.uid == wish.address.uid), rows[0])
    return client.bookings.cancel(wish.address.uid, reason=wish.reason, following=bool(series) and wish.span is Span.FOLLOWING)[0]


def _mark(client: Client, wish: Wish, seen: Seen) -> Booking:
    if wish.email == HOST:
        return client.bookings.mark_absent(wish.address.uid, host=wish.absent)
    listed = next((person.email for person in seen.first.attendees if person.email.lower() == wish.email.lower()), wish.email)
    return client.bookings.mark_absent(wish.address.uid, attendees=[(listed, wish.absent)])


PERFORM: Mapping[Act, Callable[[Client, Wish, Seen], Booking]] = {
    Act.CONFIRM: lambda client, wish, _: client.bookings.confirm(wish.address.uid),
    Act.DECLINE: lambda client, wish, _: client.bookings.decline(wish.address.uid, reason=wish.reason),
    Act.CANCEL: _cancel,
    Act.ASK_TO_MOVE: lambda client, wish, _: client.bookings.ask_to_move(wish.address.uid, reason=wish.reason),
    Act.ABSENT: _mark,
}


def _seat_uid(wish: Wish, seen: Seen) -> str:
    listed = (person.seat_uid for person in seen.first.attendees if person.email.lower() == wish.address.seat)
    return next(listed, "") or wish.seat_uid


def _refused(client: Client, wish: Wish, error: CalcomError, policy: MailPolicy) -> Result:
    """Why it did not work, unless somebody else has just done the same: then it is as it was wanted."""
    with suppress(CalcomError):
        if isinstance(error, Refused) and (stands := _as_it_stands(wish, seen := look(client, wish.address, seat_uid=wish.seat_uid))):
            return Result(stands, error, recorded=_enter(client, wish, seen, policy))
    final = _final(error)
    _note_if_possible(wish, "refused by Cal.com" if final else "Cal.com did not answer; nothing changed")
    return Result(Outcome.REFUSED if final else Outcome.AWAY, error)


def _final(error: CalcomError) -> bool:
    return not isinstance(error, Away | Wait | Unsure)


# Looking --------------------------------------------------------------------------------------------------------------


def _as_it_stands(wish: Wish, seen: Seen) -> Outcome | None:
    """What there is to say without asking; None when the act makes sense as the booking stands at Cal.com."""
    row, seat = seen.first, wish.address.seat
    if seen.moved:
        return Outcome.CHANGED
    if _fulfilled(wish, row):
        return Outcome.ALREADY
    if row.status not in NEEDS[wish.act] or (seat and not in_class(row, seat)):
        return Outcome.CHANGED
    if wish.whole_class and not seats(row) <= wish.shown:
        return Outcome.CHANGED  # somebody joined whom the page did not name
    return None


def _fulfilled(wish: Wish, row: Booking) -> bool:
    match wish.act:
        case Act.CONFIRM:
            return row.status == "accepted"
        case Act.DECLINE:
            return row.status == "rejected"
        case Act.ABSENT if wish.email == HOST:
            return row.status == "accepted" and row.absent_host is wish.absent
        case Act.ABSENT:
            found = [person.absent for person in row.attendees if person.email.lower() == wish.email.lower()]
            return row.status == "accepted" and bool(found) and found[0] is wish.absent
        case Act.CANCEL:
            one_seat = wish.address.seat and not wish.whole_class
            return not in_class(row, wish.address.seat) if one_seat else row.status == "cancelled"
        case Act.ASK_TO_MOVE:
            return False  # a cancelled row does not tell whether its host asked for another time


def _look_again(client: Client, wish: Wish, before: Seen, answer: Booking) -> Seen:
    """How it stands after the act; the act's own answer when nothing else can be had."""
    try:
        return look(client, wish.address, seat_uid=wish.seat_uid)
    except CalcomError as error:
        log.warning("a booking could not be read again after an act of staff", act=wish.act, why=str(error))
        return Seen((answer,), before.asked_at)


# Recording ------------------------------------------------------------------------------------------------------------


def _enter(client: Client, wish: Wish, seen: Seen, policy: MailPolicy, *, done: bool = False) -> bool:
    """Whether what was seen is recorded now, by us or by the deliveries that came meanwhile. `done`: it is our doing."""
    asked = done and wish.act is Act.ASK_TO_MOVE
    for _ in range(LOOKS):
        try:
            with transaction() as session:
                take_turn(session)
                found = news(session, seen, types_known(), mine=wish.address, reason=wish.reason, asked_to_move=asked)
                if not found.overtaken:
                    cause = WHOLE_CLASS if wish.whole_class else CAUSES[wish.act]
                    record(session, [*found.facts, *found.marks], cause=Cause(wish.by.actor, cause), policy=policy)
                    return True
        except (DatabaseBusy, NotUnderstood) as error:
            log.warning("what an act of staff did could not be recorded yet; the delivery or the next comparison brings it", why=type(error).__name__)
            return False
        try:
            seen = look(client, wish.address, seat_uid=wish.seat_uid)
        except CalcomError:
            return True
    return True


def _enter_series(client: Client, wish: Wish, row: Booking, policy: MailPolicy) -> int:
    """Records the other dates of the series that the act was about; how many changed with it.

    Cal.com tells of a whole series in one delivery, if at all, and a host's answer to one request may be the answer to all.
    """
    if not row.recurring_uid or wish.address.seat or (wish.act is Act.CANCEL and wish.span is Span.ONE) or wish.act is Act.ABSENT:
        return 0
    asked_at = clock.now()
    try:
        rows = [each for each in client.bookings.get(row.recurring_uid) if each.uid != wish.address.uid]
        with transaction() as session:
            take_turn(session)
            facts = of_series(session, rows, types_known(), asked_at=asked_at)
            record(session, facts, cause=Cause(wish.by.actor, CAUSES[wish.act]), policy=policy)
    except (CalcomError, DatabaseBusy, NotUnderstood) as error:
        log.warning("the other dates of a series could not be recorded yet; the next comparison brings them", why=type(error).__name__)
        return 0
    return len({fact.uid for fact in facts})


def _note(wish: Wish, detail: str) -> None:
    with transaction() as session:
        act = "booking.host-absent" if wish.email == HOST else f"booking.{wish.act}"
        note(session, staff_id=wish.by.id, act=act, on=wish.reference, detail=detail)


def _note_if_possible(wish: Wish, detail: str) -> None:
    try:
        _note(wish, detail)
    except DatabaseBusy:
        log.warning("what became of an act of staff could not be noted", act=wish.act)
