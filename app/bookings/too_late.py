"""Whether a mail about a booking still makes sense at a moment: looked at before every attempt, and by `simulate`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.bookings.models import Booking, Status

NEWS_AFTERWARDS = timedelta(days=1)
"""For so long after the meeting it is still news that it had been called off: somebody may have sat there alone."""
_AFTERWARDS = ("follow_up", "re_engagement", "admin_digest", "admin_alarm", "sign_in_link")
_CALLED_OFF = ("cancelled", "admin_cancelled", "rejected", "admin_rejected")


def too_late(booking: Booking, *, kind: str, data: Mapping[str, Any], at: datetime) -> str:
    """Why a mail of this kind must not go out at that moment; empty when it may."""
    if kind.startswith("reminder"):
        return _reminder(booking, data, at)
    if kind.startswith(_AFTERWARDS):
        return ""
    if kind.startswith(_CALLED_OFF):
        return "outdated: the meeting was more than a day ago" if booking.end + NEWS_AFTERWARDS <= at else ""
    return "outdated: the meeting is over" if booking.end <= at else ""


def _reminder(booking: Booking, data: Mapping[str, Any], at: datetime) -> str:
    """The booking may have changed between the claim and this moment, and the row could no longer be taken back."""
    if booking.status != Status.CONFIRMED:
        return f"overtaken: the booking is now {booking.status}"
    if booking.start <= at:
        return "outdated: the meeting has begun"
    planned = data.get("start")
    if isinstance(planned, str) and _moment(planned) != booking.start.astimezone(UTC):
        return "moved: the meeting has another time now"
    return ""


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
