"""Which acts a booking offers, and what each of them will do and to whom, in words before it is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app import clock
from app.bookings import queries
from app.bookings.models import Booking, Status
from app.bookings.notices import PHONE_ONLY
from app.bookings.policy import MailPolicy
from app.desk.wishes import Act, Span
from app.hosts import queries as hosts
from app.outbox import queries as mails
from app.outbox.models import OutboxState
from app.outbox.topics import Topic
from app.web.access import sees
from app.web.admin import wording
from app.web.admin.desk.subject import address_of


@dataclass(frozen=True)
class Words:
    """How an act is spoken of."""

    title: str
    button: str
    busy: str
    done: str
    mail: Topic | None = None
    """The kind of mail that this site writes to the booker about it."""
    reason: str = ""
    """The label of the reason; empty where none is asked for."""


WORDS: Mapping[Act, Words] = {
    Act.CONFIRM: Words("Confirm this request", "Confirm the request", "Confirming", "Confirmed", mail=Topic.CONFIRMATION),
    Act.DECLINE: Words("Decline this request", "Decline the request", "Declining", "Declined", mail=Topic.REJECTED, reason="Why is it declined?"),
    Act.CANCEL: Words("Cancel this booking", "Cancel the booking", "Cancelling", "Cancelled", mail=Topic.CANCELLED, reason="Why is it cancelled?"),
    Act.ASK_TO_MOVE: Words("Ask for another time", "Ask for another time", "Asking", "Asked for another time", Topic.CANCELLED, "Why another time?"),
    Act.ABSENT: Words("Who came", "Note it", "Noting", "Noted"),
}


def offered(booking: Booking) -> list[Act]:
    """What can be done with it now, the most likely first; whether the person may do it is asked elsewhere."""
    address = address_of(booking)
    status = queries.status_of(booking)
    if address is None:
        return []
    if status == Status.PENDING:
        return [Act.CONFIRM, Act.DECLINE]
    if status == Status.AWAITING_PAYMENT:
        return [Act.CANCEL]
    if status == Status.CONFIRMED:
        begun = [Act.ABSENT] if booking.start <= clock.now() else []
        return [*([] if address.seat else [Act.ASK_TO_MOVE]), Act.CANCEL, *begun]
    return [Act.ABSENT] if status == Status.COMPLETED else []


def in_series(booking: Booking) -> bool:
    """Whether it may be one date of a series, as far as the catalogue knows."""
    address = address_of(booking)
    kinds = hosts.with_slug(booking.event_type, host_email=booking.host_email)
    return bool(address and not address.seat) and any(kind.recurrence for kind in kinds)


def class_of(booking: Booking) -> list[Booking]:
    """Everybody who loses a seat when the whole class is cancelled; nobody where the person who asks may not see all of them."""
    found = queries.class_of(booking)
    return found if all(sees(each) for each in found) else []


def spans(booking: Booking, people: Sequence[Booking]) -> list[tuple[Span, str]]:
    """How much a cancellation can be about, in words; nothing where there is no choice. `people`: who is in the class."""
    if len(people) > 1:
        mine = booking.booker_name or booking.booker_email
        return [(Span.ONE, f"This seat: {mine}"), (Span.CLASS, f"The whole class ({len(people):,} people)")]
    if in_series(booking):
        return [(Span.ONE, "This date only"), (Span.FOLLOWING, "This date and all later ones"), (Span.SERIES, "Every date that is still to come")]
    return []


def consequences(act: Act, booking: Booking, policy: MailPolicy) -> Iterator[str]:
    """What will happen, sentence by sentence."""
    who, address = booking.booker_name or booking.booker_email or "The booker", address_of(booking)
    if act is Act.CONFIRM:
        yield f"{who} has the time for sure, and Cal.com puts it into the calendars."
    elif act is Act.DECLINE:
        yield f"{who} does not get the time. At Cal.com the request is rejected and the time becomes free again."
    elif act is Act.ASK_TO_MOVE:
        yield f"Cal.com cancels this time, which becomes free again, and sends {who} a link to choose another one. The booking keeps its number when they do."
    elif address and address.seat and len(queries.class_of(booking)) == 1:
        yield f"{who} is the only one in the class as far as this site knows. With the last seat the class ends, and the time becomes free again."
    elif address and address.seat:
        yield f"{who} gives back the seat. The class takes place for everybody else, and the seat can be booked again."
    else:
        also = ", and so does everybody invited" if len(booking.attendees) > 1 else ""
        yield f"{who} loses this time{also}. At Cal.com the meeting is cancelled and the time becomes free again."
    yield _mail(act, booking, policy)
    planned = [mail for mail in mails.of_bookings(queries.row_numbers(booking)) if mail.state in {OutboxState.PLANNED, OutboxState.RETRYING}]
    if planned and act is not Act.CONFIRM:
        names = "; ".join(dict.fromkeys(wording.mail_kind(mail.kind).lower() for mail in planned))
        yield f"{wording.amount(len(planned), 'planned mail')} will not go out: {names}."


def consequences_for_class(booking: Booking, people: Sequence[Booking], policy: MailPolicy) -> Iterator[str]:
    """What will happen when the whole class is cancelled."""
    yield f"All {len(people):,} lose this time. At Cal.com the class is cancelled once for everybody, and the time becomes free again."
    reachable = [each for each in people if each.booker_email and not each.booker_email.endswith(PHONE_ONLY)]
    if not policy.sends(Topic.CANCELLED):
        yield "This site does not send mails of this kind (MAIL_KINDS). Cal.com writes to them, unless that is switched off there."
    else:
        others = "" if len(reachable) == len(people) else f" (to {len(reachable):,} of {len(people):,}: of the others only a phone number is known)"
        yield f"This site writes to each of them at once with the reason{others}. Cal.com writes to them as well, unless that is switched off there."
    numbers = [number for each in people for number in queries.row_numbers(each)]
    if planned := [mail for mail in mails.of_bookings(numbers) if mail.state in {OutboxState.PLANNED, OutboxState.RETRYING}]:
        yield f"{wording.amount(len(planned), 'planned mail')} to them will not go out."
    host = booking.host_name or booking.host_email or "the host"
    yield f"The account of CALCOM_API_KEY has to be the host's ({host}): Cal.com refuses it to others."


def _mail(act: Act, booking: Booking, policy: MailPolicy) -> str:
    kind, to = WORDS[act].mail, booking.booker_email
    also = "Cal.com writes to them as well, unless that is switched off there."
    if not to or to.endswith(PHONE_ONLY):
        return "This site cannot write to them: only a phone number is known. Cal.com tells them, if it can."
    if kind is None or not policy.sends(kind):
        return "This site does not send mails of this kind (MAIL_KINDS). " + also.replace(" as well", "")
    if act is Act.ASK_TO_MOVE:
        return f"This site writes to {to} at once as well: that this time will not take place, and why."
    reads = " with the reason" if WORDS[act].reason else ""
    return f"This site writes to {to} at once{reads}. {also}"
