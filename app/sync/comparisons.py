"""When comparisons with Cal.com are made: at start, every few minutes, and when somebody asks."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app import clock
from app.bookings.policy import MailPolicy
from app.calcom.client import Client
from app.calcom.errors import CalcomError
from app.sync import catalogue, runs
from app.sync.models import RunKind, SyncRun
from app.sync.reconcile import Hands, run

CATALOGUE_EVERY = timedelta(hours=1)

log = structlog.get_logger()
Stop = Callable[[], bool]


class NoKey(Exception):
    """There is no CALCOM_API_KEY, so nothing can be asked of Cal.com."""


class Comparisons:
    """The comparisons of one site."""

    def __init__(self, client: Callable[[], Client | None], *, policy: Callable[[], MailPolicy], minutes: int, between: Callable[[Stop], bool]) -> None:
        self._client = client
        self._policy = policy
        self._minutes = minutes
        self._between = between
        self._fresh_start = True
        self._catalogue_at: datetime | None = None

    def tick(self, should_stop: Stop) -> None:
        """Compares if it is time; for a thread of its own, since it may take minutes."""
        if self._client() is None or not runs.due(minutes=self._minutes, fresh_start=self._fresh_start):
            return
        cause = "start" if self._fresh_start else "clock"
        self._fresh_start = False
        try:
            self.compare(cause=cause, should_stop=should_stop)
        except runs.Busy:
            log.info("somebody else compares already")

    def compare(
        self,
        *,
        cause: str,
        kind: RunKind | None = None,
        since: datetime | None = None,
        should_stop: Stop = lambda: False,
        watch: Callable[[SyncRun], None] = lambda _: None,
    ) -> int:
        """The number of the run that was carried out. Raises `NoKey` and `runs.Busy`; what else goes wrong stands on the run."""
        client = self._client()
        if client is None:
            raise NoKey
        client = client.unhurried(should_stop)
        self._refresh_catalogue(client)
        hands = Hands(client, self._policy(), between=lambda: self._between(should_stop), watch=watch)
        return run(hands, cause=cause, kind=kind, since=since)

    def _refresh_catalogue(self, client: Client) -> None:
        """Once an hour: which event types there are decides which rows are ours, and what is paid."""
        now = clock.now()
        if self._catalogue_at is not None and now - self._catalogue_at < CATALOGUE_EVERY:
            return
        try:
            catalogue.refresh(client)
            self._catalogue_at = now
        except CalcomError as error:
            log.warning("hosts and event types not refreshed", why=str(error))
