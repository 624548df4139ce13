"""Looks once a day whether Cal.com still is as the file says, for whoever works in this process.

Of several workers one looks: the row of the last look is the lease. Without a key or without a file there is nothing to compare,
and a look that fails is written down and tried again the next day; that Cal.com is away is told by the comparison of bookings.
"""

import time
from collections.abc import Callable

import structlog

from app import clock
from app.away import STORE_ERRORS
from app.calcom.errors import CalcomError
from app.config_as_code import drift
from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import ConfigDesk
from app.db import db

ASK_SECONDS = 60.0

log = structlog.get_logger()


class Looks:
    """The daily look."""

    def __init__(self, desk: Callable[[], ConfigDesk | None]) -> None:
        self._desk = desk
        self._asked_at = float("-inf")

    def tick(self, should_stop: Callable[[], bool]) -> None:
        """Looks when it is time; most calls do nothing."""
        if time.monotonic() - self._asked_at < ASK_SECONDS:
            return
        self._asked_at = time.monotonic()
        try:
            desk = self._desk()
            if desk is not None and desk.path.exists() and drift.take_turn(now=clock.now()):
                look(desk.unhurried(should_stop))
        except STORE_ERRORS:
            log.warning("nobody can look for drift: the store is away")
        finally:
            db.session.rollback()


def look(desk: ConfigDesk) -> None:
    """Compares, and writes down what came of it."""
    try:
        found = desk.compare().plan
    except (ConfigError, CalcomError) as error:
        log.warning("the account cannot be compared with its file", why=str(error))
        drift.note_failure(str(error), now=clock.now())
    else:
        drift.note(found, now=clock.now())
