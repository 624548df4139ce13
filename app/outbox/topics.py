"""What kinds of mail there are; names begin as the documentation says and are stored with each row."""

from enum import StrEnum


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
