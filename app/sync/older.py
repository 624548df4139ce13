"""The older bodies of `booking.created` and `booking.updated`: a booking without an envelope, for sites that migrate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

TRIGGERS = {
    "ACCEPTED": "BOOKING_CREATED",
    "CONFIRMED": "BOOKING_CREATED",
    "PENDING": "BOOKING_REQUESTED",
    "CANCELLED": "BOOKING_CANCELLED",
    "REJECTED": "BOOKING_REJECTED",
}
NEEDED = ("uid", "startTime", "endTime", "status")


def as_envelope(body: Mapping[str, Any], *, received_at: datetime) -> Mapping[str, Any] | None:
    """The same booking in today's envelope; None when the body is not of the older form.

    Such a body says when it was made only by `updatedAt` or `createdAt`; without them the time of its receipt stands in.
    """
    inner = body.get("payload")
    booking = inner if isinstance(inner, dict) else body
    trigger = TRIGGERS.get(str(booking.get("status", "")).upper())
    if "triggerEvent" in body or trigger is None or any(name not in booking for name in NEEDED):
        return None
    event_type, user = booking.get("eventType"), booking.get("user")
    said = booking.get("updatedAt") or booking.get("createdAt") or received_at.isoformat()
    payload = {
        **booking,
        "organizer": user if isinstance(user, dict) else {},
        "type": event_type.get("slug") if isinstance(event_type, dict) else None,
        "title": booking.get("title") or (event_type.get("title") if isinstance(event_type, dict) else ""),
    }
    return {"triggerEvent": trigger, "createdAt": said, "payload": payload}
