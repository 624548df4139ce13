"""The header `cal-api-version`: which manner of a resource a request gets.

Nothing refuses a wrong value. A missing or unknown one silently means 2024-04-15, and then the answer has the
old shape, or there is no such page. A known value counts for every resource whose newer manner is not younger.
"""

from flask import request

from app.sandbox.api.problems import ApiProblem

OLDEST = "2024-04-15"
KNOWN = (OLDEST, "2024-06-11", "2024-06-14", "2024-08-13", "2024-09-04", "2026-02-25")
BOOKINGS, EVENT_TYPES, SCHEDULES, SLOTS = "2024-08-13", "2024-06-14", "2024-06-11", "2024-09-04"
REQUEST_RESCHEDULE = PEOPLE_OF_CANCELLED_CLASSES = "2026-02-25"


def asked_for() -> str:
    """The version of this request."""
    given = request.headers.get("cal-api-version", OLDEST)
    return given if given in KNOWN else OLDEST


def is_new(since: str) -> bool:
    """Whether the request gets the manner that came with this version."""
    return asked_for() >= since


def require(since: str) -> None:
    """Answer as if the page did not exist where the old version had none."""
    if not is_new(since):
        raise not_there()


def not_there() -> ApiProblem:
    """What an unknown address says."""
    return ApiProblem(404, f"Cannot {request.method} {request.path}")
