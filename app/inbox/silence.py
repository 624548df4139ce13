"""When no delivery for a long time is a reason to worry."""

from datetime import datetime, timedelta


def too_long(last: datetime | None, *, hours: int, now: datetime) -> bool:
    """Whether deliveries have stopped: there were some once, and none for so many hours.

    A site that never received one is not silent but new. Bookings exist exactly where deliveries once came.
    """
    return last is not None and now - last > timedelta(hours=hours)
