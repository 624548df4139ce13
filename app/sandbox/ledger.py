"""What every act of the simulation stands on: the lock, the rows, the clock and the voice."""

import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Unpack

from app import clock
from app.sandbox.catalogue import Catalogue
from app.sandbox.holds import Holds
from app.sandbox.offer import opening_catalogue
from app.sandbox.state import Booking, Circumstances, Happening, Trigger
from app.sandbox.store import Store

_FIRST_ID = 1001


class Ledger:
    """Each change is announced while the lock is held: what is told keeps the order in which it happened."""

    def __init__(self, *, announce: Callable[[Happening], None], now: Callable[[], datetime] = clock.now, catalogue: Catalogue | None = None) -> None:
        self._announce = announce
        self._clock = now
        self.lock = threading.RLock()
        self.catalogue = catalogue or opening_catalogue()
        self.store = Store(self.catalogue)
        self.holds = Holds()
        self.ids = itertools.count(_FIRST_ID)

    def now(self) -> datetime:
        """The present moment, as exact as Cal.com stores it: milliseconds."""
        moment = self._clock()
        return moment - timedelta(microseconds=moment.microsecond % 1000)

    def reset(self) -> None:
        """Forget all bookings and holds, and every change of the catalogue, silently."""
        with self.lock:
            self.catalogue = opening_catalogue()
            self.store = Store(self.catalogue)
            self.holds = Holds()

    def touch(self, booking: Booking) -> None:
        """The row was changed just now."""
        booking.updated_at = self.now()

    def tell(self, trigger: Trigger, booking: Booking, **more: Unpack[Circumstances]) -> None:
        """Announce what happened, frozen as it is now."""
        self._announce(Happening(trigger=trigger, at=self.now(), booking=booking.snapshot(), **more))
