"""What things are called on the pages of the admin area; the exact terms stand beside them in small."""

from collections.abc import Mapping

from app.bookings.finding import Count
from app.bookings.models import Status
from app.inbox.models import InboxState
from app.outbox.models import OutboxState
from app.outbox.topics import REMINDER, family

STATUSES: Mapping[str, str] = {
    Status.CONFIRMED: "Confirmed",
    Status.PENDING: "Waiting for approval",
    Status.AWAITING_PAYMENT: "Payment due",
    Status.COMPLETED: "Completed",
    Status.CANCELLED: "Cancelled",
    Status.REJECTED: "Declined",
}

DELIVERY_STATES: Mapping[str, str] = {
    InboxState.WAITING: "Waiting",
    InboxState.PROCESSED: "Processed",
    InboxState.IGNORED: "Ignored",
    InboxState.RETRYING: "Trying again",
    InboxState.DEAD: "Failed",
}

DELIVERY_MEANING: Mapping[str, str] = {
    InboxState.WAITING: "It is stored and will be read within seconds.",
    InboxState.PROCESSED: "It was understood, and the booking says what it said.",
    InboxState.IGNORED: "It was kept and changes no booking.",
    InboxState.RETRYING: "Something on our side failed; it is tried again by itself, with growing pauses.",
    InboxState.DEAD: "It could not be read or the tries were used up. Nothing more happens until somebody replays it.",
}

MAIL_STATES: Mapping[str, str] = {
    OutboxState.PLANNED: "Planned",
    OutboxState.SENDING: "Sending",
    OutboxState.SENT: "Sent",
    OutboxState.RETRYING: "Trying again",
    OutboxState.DEAD: "Failed",
    OutboxState.CANCELLED: "Skipped",
    OutboxState.UNKNOWN: "Unclear",
}

MAIL_MEANING: Mapping[str, str] = {
    OutboxState.PLANNED: "It goes out at the planned time.",
    OutboxState.SENDING: "It is on its way to the mail server.",
    OutboxState.SENT: "It left this site.",
    OutboxState.RETRYING: "The mail server could not take it; it is tried again by itself, with growing pauses.",
    OutboxState.DEAD: "The mail server refused it for good, or the tries were used up. Nothing more happens until somebody sends it again.",
    OutboxState.CANCELLED: "It was not sent, on purpose.",
    OutboxState.UNKNOWN: "The machine stopped while it was being sent, so nobody can know whether it arrived.",
}

TRIGGERS: Mapping[str, str] = {
    "BOOKING_CREATED": "Booking confirmed",
    "BOOKING_REQUESTED": "Booking requested",
    "BOOKING_RESCHEDULED": "Booking moved",
    "BOOKING_CANCELLED": "Booking cancelled",
    "BOOKING_REJECTED": "Request declined",
    "BOOKING_PAYMENT_INITIATED": "Payment asked for",
    "BOOKING_PAID": "Booking paid",
    "BOOKING_NO_SHOW_UPDATED": "No-show marked",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW": "The host was not in the video room",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW": "A guest was not in the video room",
    "MEETING_STARTED": "Meeting started",
    "MEETING_ENDED": "Meeting ended",
    "RECORDING_READY": "Recording ready",
    "FORM_SUBMITTED": "Form filled in",
    "OOO_CREATED": "Absence entered",
    "PING": "Test of the connection",
    "FRONTDESK_ROUND_TRIP": "Round trip of the doctor",
}

MAIL_KINDS: Mapping[str, str] = {
    "request_received": "Request received",
    "confirmation": "Confirmation",
    "payment_due": "Payment reminder",
    "rescheduled": "New time",
    "cancelled": "Cancellation",
    "rejected": "Request declined",
    "reminder": "Reminder",
    "follow_up": "Follow-up",
    "re_engagement": "Another try",
    "admin_digest": "Daily summary",
    "admin_alarm": "Alarm",
    "admin_alarm_over": "Alarm is over",
}

FIELDS: Mapping[str, str] = {
    "status": "Status",
    "payment": "Payment",
    "moved": "Times moved",
    "event_type": "Event type",
    "title": "Title",
    "start": "Start",
    "end": "End",
    "host_email": "Host's address",
    "host_name": "Host",
    "host_time_zone": "Host's time zone",
    "host_absent": "Host did not come",
    "booker_name": "Booked by",
    "booker_email": "Booker's address",
    "booker_time_zone": "Booker's time zone",
    "booker_locale": "Booker's language",
    "location": "Place",
    "meeting_url": "Meeting link",
    "attendees": "Attendees",
    "answers": "Answers",
    "metadata": "Metadata",
    "reason": "Reason",
    "missing_since": "Missing at Cal.com since",
    "source": "Came from",
    "ledger": "Payments",
    "customer_id": "Customer",
    "split_from_id": "Split from booking",
    "alias_of": "Became part of booking",
    "alias_of_id": "Became part of booking",
    "ical_uid": "Calendar UID",
    "episode": "Times ended",
    "first_confirmation": "First confirmation",
}

DEEDS: Mapping[str, str] = {
    "booking.confirm": "asked Cal.com to confirm it",
    "booking.decline": "asked Cal.com to decline it",
    "booking.cancel": "asked Cal.com to cancel it",
    "booking.ask-to-move": "asked Cal.com for another time",
    "booking.absent": "noted at Cal.com who came",
    "booking.host-absent": "noted at Cal.com whether the host came",
    "booking.take-over": "took over what Cal.com says",
    "note.edit": "changed a note",
    "note.delete": "removed a note",
    "person.opt-out": "took the person out of a sequence of mails",
    "person.opt-in": "put the person back into a sequence of mails",
}
"""Acts of staff, as what somebody did."""

QUIET_FIELDS = frozenset({"episode", "first_confirmation", "ical_uid"})
"""Bookkeeping of ours that tells a reader nothing."""


def trigger(name: str | None) -> str:
    """`Booking moved` for `BOOKING_RESCHEDULED`; an unknown one is made readable."""
    if not name:
        return "Unreadable delivery"
    return TRIGGERS.get(name) or name.replace("_", " ").capitalize()


def mail_kind(kind: str) -> str:
    """`Confirmation` for `confirmation`, `Notice to you: cancellation` for `admin_cancelled`."""
    name = family(kind)
    if kind in MAIL_KINDS:
        return MAIL_KINDS[kind]
    if name != kind:
        step = kind.removeprefix(f"{name}_")
        return f"{MAIL_KINDS[name]}, {step} before" if name == REMINDER else f"{MAIL_KINDS[name]}, step {step}"
    known = MAIL_KINDS.get(kind.removeprefix("admin_")) or kind.removeprefix("admin_").replace("_", " ").capitalize()
    return f"Notice to you: {known.lower()}" if kind.startswith("admin_") else known


def field(name: str) -> str:
    """`Start` for `start`."""
    return FIELDS.get(name) or name.replace("_", " ").capitalize()


def actor(name: str) -> str:
    """Who did it: `Cal.com`, `Comparison with Cal.com`, the name of a colleague, `the customer`."""
    if name.startswith("admin:"):
        return name.removeprefix("admin:")
    return {"cal.com": "Cal.com", "sync": "Comparison with Cal.com", "customer": "The customer"}.get(name, name)


def deed(act: str) -> str:
    """`asked Cal.com to cancel it` for `booking.cancel`; an unknown act is made readable."""
    return DEEDS.get(act) or "did: " + act.replace(".", " ").replace("-", " ")


def amount(number: int, one: str, *, cap: int = 10_000) -> str:
    """`1 booking`, `1,204 bookings`, `10,000+ bookings`; deliveries as well."""
    many = one.removesuffix("y") + "ies" if one.endswith("y") else one + "s"
    return f"{number:,}{'+' if number >= cap else ''} {one if number == 1 else many}"


def counted(count: Count, one: str) -> str:
    """`1 booking`, `1,204 bookings`, `more than 10,000 bookings`."""
    said = amount(count.number, one, cap=count.number + 1)
    return f"more than {said}" if count.more else said


def short(uid: str) -> str:
    """A uid so that it can be told from others and not be used: `fGYpop…`."""
    return uid[:6] + "…" if len(uid) > 6 else uid
