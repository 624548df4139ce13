"""What a browser may tell: this list and nothing else.

Names of the calendar's own events are Cal.com's; the others are ours. There is no event for a day or a time that was
chosen inside the frame, only `__routeChanged`, which comes with each step in it.
https://cal.com/help/embedding/embed-events
"""

from collections.abc import Mapping

OPENED = "opened"
READY = frozenset({"linkReady", "bookerReady"})
BOOKED = frozenset({"bookingSuccessfulV2", "rescheduleBookingSuccessfulV2", "times-booked"})
"""With these a visit has led to a booking; what comes after them belongs to the next one."""

FROM_BROWSERS: Mapping[str, str] = {
    OPENED: "opened the page",
    "linkReady": "calendar ready",
    "bookerReady": "free times shown",
    "eventTypeSelected": "chose an event type",
    "__routeChanged": "went on in the calendar",
    "bookingSuccessfulV2": "booked",
    "rescheduleBookingSuccessfulV2": "chose another time",
    "linkFailed": "calendar failed",
    "slow": "calendar took longer than 4 s",
    "blocked-script": "calendar blocked before it came",
    "blocked-frame": "frame blocked",
    "link-failed": "calendar stayed empty",
    "offline": "offline",
    "due": "payment due",
    "times": "went to book without the frame",
    "page": "went to Cal.com's own page",
}
"""What `book.js` sends, in words."""

OURS: Mapping[str, str] = {
    "times-chosen": "chose a time without the frame",
    "times-refused": "the booking was refused",
    "times-booked": "booked without the frame",
}
"""What this site sees itself where people book without the frame."""

KINDS: Mapping[str, str] = {**FROM_BROWSERS, **OURS}
