"""Which version of Cal.com's API each path is asked in: the one table.

Cal.com takes a missing or unknown `cal-api-version` for 2024-04-15 without a word and then answers in old shapes, or with all bookings
instead of the few that were asked for. So every call takes its value from here. These four are served everywhere, also by
self-hosted installations; newer ones change little that we need, but for one act. https://cal.com/docs/api-reference/v2/introduction
"""

import re

HEADER = "cal-api-version"

BOOKINGS = "2024-08-13"
EVENT_TYPES = "2024-06-14"
SCHEDULES = "2024-06-11"
SLOTS = "2024-09-04"
REQUEST_RESCHEDULE = "2026-02-25"
"""The one act that the older version of bookings has not; where it is not known, Cal.com answers that there is no such path."""

TABLE = (
    (re.compile(r"/event-types/[^/]+/webhooks(/|$)"), None),
    (re.compile(r"/event-types(/|$)"), EVENT_TYPES),
    (re.compile(r"/bookings/[^/]+/request-reschedule$"), REQUEST_RESCHEDULE),
    (re.compile(r"/bookings(/|$)"), BOOKINGS),
    (re.compile(r"/schedules(/|$)"), SCHEDULES),
    (re.compile(r"/slots(/|$)"), SLOTS),
)
"""The first that is found in the path counts. Paths without a row need no version."""


def version_of(path: str) -> str | None:
    """The value of the header for a path below the API's root; None where no version is needed."""
    return next((version for pattern, version in TABLE if pattern.search(path)), None)
