"""The API for owners' scripts."""

from app.web.api.availability import availability
from app.web.api.blueprint import blueprint
from app.web.api.bookings import booking, bookings
from app.web.api.document import document
from app.web.api.event_types import event_types
from app.web.api.syncs import booking_sync, event_type_sync, newest_booking_sync, newest_event_type_sync, sync_bookings, sync_event_types

__all__ = [
    "availability",
    "blueprint",
    "booking",
    "booking_sync",
    "bookings",
    "document",
    "event_type_sync",
    "event_types",
    "newest_booking_sync",
    "newest_event_type_sync",
    "sync_bookings",
    "sync_event_types",
]
