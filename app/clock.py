"""The present moment; the only place that reads the system's clock.

Everything else takes its time from here, so that a test can move the clock in one place.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment as an aware UTC datetime."""
    return datetime.now(UTC)
