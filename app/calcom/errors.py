"""What can go wrong with Cal.com's API, by whose turn it is. Every text is a sentence that the owner may read: no key, uid or person in it."""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why a booking was refused, as far as Cal.com's words tell."""

    TAKEN = "taken"
    """Somebody was faster, the class is full, or the host is busy."""
    NOTICE = "notice"
    """Too soon (minimum notice) or too far ahead (booking window)."""
    PAST = "past"
    LIMIT = "limit"
    """The owner's limit for this period, or of open bookings per person, is reached."""
    OTHER = "other"


class CalcomError(Exception):
    """Cal.com did not do what was asked."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status, if there was an answer."""


class NotConfigured(CalcomError):
    """The owner's turn: there is no CALCOM_API_KEY."""


class Refused(CalcomError):
    """The caller's turn: the request is wrong (400, 409, 422). Asking again in the same way is of no use."""

    def __init__(self, message: str, *, status: int | None = None, fields: Mapping[str, str] | None = None, reason: Reason = Reason.OTHER) -> None:
        super().__init__(message, status=status)
        self.fields = fields or {}
        """What is wrong with which field, where Cal.com says so. Custom questions by their slug."""
        self.reason = reason


class NotAllowed(CalcomError):
    """The owner's turn: the key is unknown, has expired, or may not do this (401, 403)."""


class NotFound(CalcomError):
    """There is no such thing (404), or this installation has no such endpoint."""


class Wait(CalcomError):
    """Everybody's turn to be patient: the limit of requests is reached (429)."""

    def __init__(self, message: str, *, seconds: float, status: int | None = None) -> None:
        super().__init__(message, status=status)
        self.seconds = seconds
        """When it makes sense to ask again."""


class Away(CalcomError):
    """Cal.com's turn: no answer, too late, broken, too large or a redirect, after all tries. Of a write: it did not happen."""


class Unsure(CalcomError):
    """A write got no proper answer, and reading afterwards did not show whether it happened."""
