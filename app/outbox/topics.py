"""What kinds of mail there are; names begin as the documentation says and are stored with each row."""

from enum import StrEnum

REMINDER = "reminder"
FOLLOW_UP = "follow_up"
RE_ENGAGEMENT = "re_engagement"
FAMILIES = (REMINDER, FOLLOW_UP, RE_ENGAGEMENT)
"""Kinds that come in steps, any number of them: `reminder_24h`, `follow_up_1`."""
SEQUENCES = (FOLLOW_UP, RE_ENGAGEMENT)
"""Families that are no service: people may leave them, and bookings made meanwhile end them."""


def family(kind: str) -> str:
    """The kind without its step: `reminder` for `reminder_24h`; other kinds are their own family."""
    return next((name for name in FAMILIES if kind.startswith(f"{name}_")), kind)


class Topic(StrEnum):
    """A kind of side effect, one handler each in `wiring.py`."""

    REQUEST_RECEIVED = "request_received"
    CONFIRMATION = "confirmation"
    PAYMENT_DUE = "payment_due"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ADMIN_REQUEST_RECEIVED = "admin_request_received"
    ADMIN_CONFIRMATION = "admin_confirmation"
    ADMIN_PAYMENT_DUE = "admin_payment_due"
    ADMIN_RESCHEDULED = "admin_rescheduled"
    ADMIN_CANCELLED = "admin_cancelled"
    ADMIN_REJECTED = "admin_rejected"
    ADMIN_MISSING = "admin_missing"
    ADMIN_DIGEST = "admin_digest"
    ADMIN_ALARM = "admin_alarm"
    ADMIN_ALARM_OVER = "admin_alarm_over"
    SIGN_IN_LINK = "sign_in_link"
    STAFF_INVITATION = "staff_invitation"


ALARMS = (Topic.ADMIN_ALARM, Topic.ADMIN_ALARM_OVER)
"""About the site itself and no booking."""
LETS_IN = (Topic.SIGN_IN_LINK, Topic.STAFF_INVITATION)
"""To staff, with a link that signs its holder in: written by the worker when they go out, and shown to nobody else.

MAIL_KINDS does not switch them off: somebody has asked for each of them a moment ago.
"""
