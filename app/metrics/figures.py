"""What the database knows, in figures: read when a monitor asks, a few seconds old at most.

Nothing personal: numbers of rows by state and kind, ages, sizes. While the database is away these figures are missing
and `frontdesk_database_up` is 0, so that the rest can still be read.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app import clock
from app.away import STORE_ERRORS
from app.config import Settings
from app.db import db
from app.inbox import queries as inbox
from app.inbox.models import InboxState
from app.outbox import gate, hold
from app.outbox import queries as outbox
from app.sync import queries as sync
from app.sync.models import RunState

FRESH_SECONDS = 5.0
"""Counting a million rows takes a while: two monitors share the answer."""


class Figures(Collector):
    """A collector for `Tally.add`; `within` opens what reading the database needs."""

    def __init__(self, settings: Settings, within: Callable[[], AbstractContextManager[object]], *, version: str) -> None:
        self._settings = settings
        self._within = within
        self._version = version
        self._read_at = -FRESH_SECONDS
        self._read: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked when the collector is added."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Build, disk, and what the database says."""
        build = GaugeMetricFamily("frontdesk_build_info", "The version that runs.", labels=["version"])
        build.add_metric([self._version], 1)
        yield build
        yield _gauge("frontdesk_disk_free_bytes", "Room on the disk of INSTANCE_PATH.", shutil.disk_usage(self._settings.INSTANCE_PATH).free)
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            with self._within():
                try:
                    self._read = [
                        *self._deliveries(),
                        *self._mails(),
                        *self._comparisons(),
                        _gauge("frontdesk_database_up", "1 while the database answers.", 1),
                    ]
                except STORE_ERRORS:
                    self._read = [_gauge("frontdesk_database_up", "1 while the database answers.", 0)]
                finally:
                    db.session.rollback()
            self._read_at = time.monotonic()
        yield from self._read

    def _deliveries(self) -> Iterator[Metric]:
        states = inbox.counts_by_state()
        stored = GaugeMetricFamily("frontdesk_deliveries", "Stored deliveries by state.", labels=["state"])
        for state in InboxState:
            stored.add_metric([state], states.get(state, 0))
        yield stored
        waiting = states.get(InboxState.WAITING, 0) + states.get(InboxState.RETRYING, 0)
        yield _gauge("frontdesk_deliveries_backlog", "Deliveries that are not processed yet.", waiting)
        yield _gauge("frontdesk_deliveries_oldest_waiting_seconds", "For how long the oldest has been waiting.", inbox.oldest_waiting_seconds())
        if (last := inbox.last_received_at()) is not None:
            yield _gauge("frontdesk_last_delivery_seconds", "Since the last delivery from Cal.com.", (clock.now() - last).total_seconds())

    def _mails(self) -> Iterator[Metric]:
        mails = GaugeMetricFamily("frontdesk_mails", "Mails by kind and state.", labels=["kind", "state"])
        for (kind, state), count in sorted(outbox.counts_by_kind_and_state().items()):
            mails.add_metric([kind, state], count)
        yield mails
        yield _gauge("frontdesk_mails_oldest_waiting_seconds", "For how long the oldest mail that is due has been waiting.", outbox.oldest_waiting_seconds())
        yield _gauge("frontdesk_mails_held", "1 while the outbox is held.", int(hold.held() is not None))
        yield _gauge("frontdesk_mail_server_away", "1 while the mail server is away.", int(gate.paused() is not None))

    def _comparisons(self) -> Iterator[Metric]:
        ended, done = sync.last_ended(), sync.last_done()
        if ended is not None:
            yield _gauge("frontdesk_sync_last_good", "1 when the last comparison with Cal.com ended well.", int(ended.state == RunState.DONE))
        if done is None:
            return
        yield _gauge(
            "frontdesk_sync_last_good_seconds", "Since the last comparison that ended well.", (clock.now() - (done.ended_at or done.asked_at)).total_seconds()
        )
        rows = GaugeMetricFamily("frontdesk_sync_rows", "Rows of the last comparison that ended well, by what became of them.", labels=["result"])
        for result in ("created", "changed", "same", "gone", "ignored", "unreadable"):
            rows.add_metric([result], getattr(done, result))
        yield rows
        yield _gauge("frontdesk_sync_verified", "Upcoming bookings that stand as they do at Cal.com.", done.verified or 0)
        yield _gauge("frontdesk_sync_verified_of", "Upcoming bookings of ours at that time.", done.verified_of or 0)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)
