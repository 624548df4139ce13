"""Where real things are joined: delivery → handler, kind of mail → composer, settings → transport and queue."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app, has_app_context
from huey.api import Huey
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import clock
from app.bookings import queries as bookings
from app.bookings.notices import MailPolicy
from app.config import Settings
from app.db import db
from app.inbox import process as inbox
from app.inbox.models import InboxMessage
from app.inbox.receive import receiver_of
from app.inbox.retention import purge
from app.jobs.embedded import Runner, take_lock
from app.jobs.queue import make_queue, nudger
from app.mail.errors import Rejected, Unavailable
from app.mail.message import BadHeader
from app.mail.transport import Transport, from_settings
from app.notifications.brand import brand_of
from app.notifications.kinds import COMPOSE
from app.notifications.links import Links
from app.outbox import deliver as outbox
from app.outbox.models import OutboxMessage
from app.site import Site
from app.sync.on_webhook import handle

HOUSEKEEPING = timedelta(hours=1)
GIVE_WAY_SECONDS = 1.0
QUIET_SECONDS = 0.005

log = structlog.get_logger()
_working = threading.local()


class Works:
    """The background work of one app: what wakes it and what it does."""

    def __init__(self, app: Flask, settings: Settings, site: Site, *, links_for: Callable[[str, str], Links]) -> None:
        self.app = app
        self.settings = settings
        self.policy = MailPolicy(
            kinds=frozenset(settings.MAIL_KINDS),
            admin_email=settings.ADMIN_EMAIL,
            message_domain=urlsplit(settings.SITE_URL).hostname or "localhost",
        )
        self.brand = brand_of(site)
        self._links_for = links_for
        self._one_at_a_time = threading.Lock()
        self._house_kept_at: datetime | None = None
        self._queue: Huey | None = None
        self._transport: Transport | None = None
        self._nudge: Callable[[], None] = lambda: None

    @property
    def queue(self) -> Huey:
        """The job queue, opened when it is first needed."""
        if self._queue is None:
            self._queue = make_queue(redis_url=self.settings.REDIS_URL, instance=self.settings.INSTANCE_PATH)
            self._nudge = nudger(self._queue.task(name="work")(self.work))
        return self._queue

    def nudge(self) -> None:
        """Wakes the workers after a commit; losing a nudge loses nothing, the sweep looks anyway.

        So a queue that cannot be written (full disk, Redis away) is no reason to fail what has been committed.
        """
        if self._queue is not None and not getattr(_working, "now", False):
            try:
                self._nudge()
            except Exception:
                log.warning("workers not woken", exc_info=True)

    def work(self, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Processes every waiting delivery and sends every mail that is due, one worker at a time per process."""
        if not self._one_at_a_time.acquire(blocking=False):
            return
        _working.now = True
        try:
            with self.app.app_context():
                between = partial(self._between, should_stop)
                while self.process_inbox(between) + self.deliver_outbox(between) and not should_stop():
                    pass
                self.keep_house()
        finally:
            _working.now = False
            self._one_at_a_time.release()

    def _between(self, should_stop: Callable[[], bool]) -> bool:
        """Between two pieces of work: gives way to receipts, since senders wait for those and nobody waits for us.

        For a second at most, so that even a storm that never ends is worked off.
        """
        receiver, until = receiver_of(db.engine), time.monotonic() + GIVE_WAY_SECONDS
        while receiver.busy(within=QUIET_SECONDS) and time.monotonic() < until and not should_stop():
            time.sleep(QUIET_SECONDS)
        return should_stop()

    def process_inbox(self, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Applies waiting deliveries to the bookings; returns how many."""
        return inbox.run(self.handle_delivery, should_stop=should_stop)

    def keep_house(self) -> int:
        """Once an hour: empties old bodies; returns how many. Idempotent, so that it does not matter who does it."""
        now = clock.now()
        if self._house_kept_at is not None and now - self._house_kept_at < HOUSEKEEPING:
            return 0
        self._house_kept_at = now
        return purge(days=self.settings.INBOX_RETENTION_DAYS)

    def handle_delivery(self, session: Session, message: InboxMessage) -> inbox.Outcome:
        """The inbox handler."""
        return handle(session, message, policy=self.policy)

    def deliver_outbox(self, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Sends mails that are due; returns how many were tried."""
        return outbox.run(self.send, should_stop=should_stop)

    def send(self, message: OutboxMessage) -> str:
        """The outbox handler: composes one mail, ends the reading transaction, hands it over. Returns the subject."""
        booking = bookings.by_id(message.booking_id) if message.booking_id else None
        if booking is None:
            raise outbox.Skip("the booking is gone")
        if booking.end <= clock.now():
            raise outbox.Skip("outdated: the meeting is over")
        try:
            email = COMPOSE[message.kind](booking, message, self.brand, self._links_for(booking.reference, booking.event_type))
            db.session.rollback()
            self.transport.send(email)
        except Unavailable as error:
            raise outbox.Later(str(error)) from error
        except (Rejected, BadHeader) as error:
            raise outbox.Never(str(error)) from error
        return email.subject

    @property
    def transport(self) -> Transport:
        """How mails leave: SMTP, or files without a mail server."""
        if self._transport is None:
            self._transport = from_settings(self.settings, self.app)
        return self._transport

    def start_embedded(self) -> Runner | None:
        """Runs the jobs in this process; None when Redis spreads them over workers, or another process runs them."""
        if self.settings.REDIS_URL:
            _ = self.queue
            return None
        return self.start_runner()

    def start_runner(self) -> Runner | None:
        """The running consumer and sweep; None when another process on this machine holds the lock."""
        lock = None
        if not self.settings.REDIS_URL:
            lock = take_lock(self.settings.INSTANCE_PATH.resolve() / "worker.lock")
            if lock is None:
                _ = self.queue
                return None
            if self.settings.database_uri.startswith("sqlite"):
                with self.app.app_context():
                    outbox.release_abandoned(everything=True)
        runner = Runner(self.queue, self.work, lock=lock)
        runner.start()
        return runner


@event.listens_for(Session, "after_commit")
def _wake_workers(_: Session) -> None:
    if has_app_context():
        works: Works | None = current_app.extensions.get("works")
        if works is not None:
            works.nudge()
