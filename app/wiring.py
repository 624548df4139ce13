"""Where real things are joined: delivery → handler, kind of mail → composer, settings → transport and queue."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property, partial

import structlog
from flask import Flask, current_app, has_app_context
from huey.api import Huey
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from app import clock
from app.accounts import house
from app.alarms.watch import Watch
from app.browsing.retention import forget_old as forget_moments
from app.calcom.client import Client, client_of, managed_users_of
from app.calcom.managed_users import ManagedUsers
from app.calcom.pace import SharedPace, Store
from app.calcom.pace_store import store_of
from app.calcom.secret_changes import Changes, changes_of
from app.calcom.secrets import WebhookSecrets, webhook_secrets_of
from app.chores import looking, settling, ticks_of, works_of
from app.config import Settings
from app.db import db
from app.doctor.kept import Practice
from app.doctor.patient import Patient
from app.inbox import process as inbox
from app.inbox.models import InboxMessage
from app.inbox.receive import receiver_of
from app.inbox.retention import purge
from app.jobs.embedded import Runner, take_lock
from app.jobs.queue import make_queue, nudger
from app.mail.errors import Rejected, ServerAway, Unavailable, Unsure
from app.mail.message import Email, with_idempotency
from app.mail.smtp import Step
from app.mail.transport import Transport, from_settings
from app.notifications import admin_digest
from app.notifications.writer import AtHand, LinksFor, NotWanted, write
from app.outbox import daily
from app.outbox import deliver as outbox
from app.outbox.lease import release_abandoned
from app.outbox.models import OutboxMessage
from app.reception import attempts
from app.reception.availability import Desk
from app.reception.cache import cache_of
from app.site import Site
from app.site_now import SiteNow
from app.sync.comparisons import Comparisons
from app.sync.on_webhook import handle

HOUSEKEEPING = timedelta(hours=1)
GIVE_WAY_SECONDS = 1.0
QUIET_SECONDS = 0.005
BOOKINGS_FIRST_SECONDS = 30.0
"""For so long a storm of deliveries may keep the mails waiting: most of those would be overtaken by the next delivery."""

log = structlog.get_logger()
_working = threading.local()


class Works(SiteNow):
    """The background work of one app: what wakes it and what it does."""

    def __init__(self, app: Flask, settings: Settings, site: Site, *, links_for: LinksFor) -> None:
        self.app = app
        self.settings = settings
        super().__init__(settings, site)
        self._summary_looked_at: datetime | None = None
        self._links_for = links_for
        self._at_hand = AtHand()
        self._alarms = Watch(settings, lambda: self.policy)
        self._one_at_a_time = threading.Lock()
        self._house_kept_at: datetime | None = None
        self._queue: Huey | None = None
        self._transport: Transport | None = None
        self._nudge: Callable[[], None] = lambda: None
        self.watch: Callable[[str], None] = lambda _point: None
        """Is told the points that the delivery of a mail passes; tests end the process there."""

    @cached_property
    def secret_changes(self) -> Changes:
        """Secrets that were made new while the site runs."""
        return changes_of(self.settings.sealing_keys, self._engine)

    @cached_property
    def webhook_secrets(self) -> WebhookSecrets:
        """The secrets that sign deliveries now."""
        return webhook_secrets_of(self.settings, self.secret_changes)

    @cached_property
    def calcom(self) -> Client | None:
        """What can be asked of Cal.com; None without a key."""
        return client_of(self.settings, pace=SharedPace(self._paces, self.settings.CALCOM_API_KEY), changes=self.secret_changes)

    @cached_property
    def managed_users(self) -> ManagedUsers:
        """Tokens of people whom we manage at Cal.com."""
        return managed_users_of(self.settings, store=self._paces)

    @cached_property
    def _paces(self) -> Store:
        return store_of(self.settings.REDIS_URL, self._engine)

    @cached_property
    def practice(self) -> Practice:
        """Who examines this site when somebody asks on a page."""
        return Practice(lambda: patient_of(self.app))

    @cached_property
    def desk(self) -> Desk:
        """Who answers visitors' questions about free times."""
        return Desk(self.calcom, cache_of(self.settings.REDIS_URL))

    @cached_property
    def comparisons(self) -> Comparisons:
        """The comparisons of our bookings with Cal.com's."""
        return Comparisons(lambda: self.calcom, policy=lambda: self.policy, minutes=self.settings.SYNC_MINUTES, between=self._between)

    def compare_when_due(self, should_stop: Callable[[], bool]) -> None:
        """Compares with Cal.com when it is time or somebody has asked; takes a thread of its own."""
        if self.calcom is not None:
            with self.app.app_context():
                self.comparisons.tick(should_stop)

    def _engine(self) -> Engine:
        with self.app.app_context():
            return db.engine

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
                self.plan_summary()
                between = partial(self._between, should_stop)
                until = time.monotonic() + BOOKINGS_FIRST_SECONDS
                while not should_stop():
                    self._alarms.look(self.webhook_secrets)
                    done = self.process_inbox(between)
                    if done >= inbox.LIMIT and time.monotonic() < until:
                        continue
                    until = time.monotonic() + BOOKINGS_FIRST_SECONDS
                    if not done + self.deliver_outbox(between):
                        break
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
        attempts.forget_old()
        house.forget_old()
        forget_moments(days=self.settings.INBOX_RETENTION_DAYS)
        return purge(days=self.settings.INBOX_RETENTION_DAYS)

    def plan_summary(self) -> None:
        """Asks for the owner's daily summary when its time has come and there is something to say."""
        moment = admin_digest.due(self.policy, now=clock.now())
        if moment is None or moment == self._summary_looked_at:
            return
        self._summary_looked_at = moment
        wanted = admin_digest.wanted(self.policy, moment)
        if not daily.asked_for(wanted.key) and admin_digest.anything_to_say(moment, self.brand):
            db.session.rollback()
            daily.ask_once(wanted, message_domain=self.policy.message_domain)
        db.session.rollback()

    def handle_delivery(self, session: Session, message: InboxMessage) -> inbox.Outcome:
        """The inbox handler."""
        return handle(session, message, policy=self.policy)

    def deliver_outbox(self, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Sends mails that are due, over one connection; returns how many were tried."""
        try:
            return outbox.run(self.send, prepare=self._at_hand.fetch, should_stop=should_stop, watch=self.watch)
        finally:
            if self._transport is not None:
                self._transport.close()

    def send(self, message: OutboxMessage, cross: Callable[[], None]) -> str:
        """The outbox handler: composes one mail, ends the reading transaction, hands it over. Returns the subject."""

        def reached(step: Step) -> None:
            if step is Step.READY:
                cross()
            self.watch(step.value)

        try:
            email = with_idempotency(self.compose(message), key=message.key)
            db.session.rollback()
            self.watch("rendered")
            self.transport.send(email, reached)
        except ServerAway as error:
            raise outbox.Away(str(error), host=error.host) from error
        except Unavailable as error:
            raise outbox.Later(str(error)) from error
        except Unsure as error:
            raise outbox.Unsure(str(error)) from error
        except Rejected as error:
            raise outbox.Never(str(error)) from error
        return email.subject

    def compose(self, message: OutboxMessage) -> Email:
        """The mail as it is to be sent now. Raises `outbox.Skip` when it should not be sent any more."""
        try:
            return write(message, brand=self.brand, links_for=self._links_for, at_hand=self._at_hand)
        except NotWanted as reason:
            raise outbox.Skip(str(reason)) from None

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
                    release_abandoned(everything=True)
        chores = ticks_of(works_of(handler=self.handle_delivery, client=lambda: self.calcom), context=self.app.app_context, between=self._between)
        drift = looking(self.settings, lambda: self.calcom, self.webhook_secrets, context=self.app.app_context)
        secrets = settling(self.webhook_secrets, self.settings.sealing_keys, context=self.app.app_context)
        runner = Runner(self.queue, self.work, lock=lock, beside={"comparison": self.compare_when_due, "secrets": secrets, "drift": drift, **chores})
        runner.start()
        return runner


def patient_of(app: Flask) -> Patient:
    """What the doctor examines."""
    secrets: WebhookSecrets = app.extensions["webhook_secrets"]
    known = {name: secrets.of(name) for name in secrets.names()}
    return Patient(app.extensions["settings"], known, app.extensions["works"].calcom, app, app.app_context)


@event.listens_for(Session, "after_commit")
def _wake_workers(_: Session) -> None:
    if has_app_context():
        works: Works | None = current_app.extensions.get("works")
        if works is not None:
            works.nudge()
