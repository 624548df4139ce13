"""Store signed deliveries once, byte for byte, several in one commit; nothing else happens before the answer.

Decisions that stand here:

* Group commit by taking turns on SQLite. Whoever gets the turn commits everything that has queued up meanwhile, so that
  eight requests share one sync of the disk. There is no writer thread that could die or has to be stopped. PostgreSQL
  shares its syncs by itself: there each request commits on a connection of its own.
* One insert on a raw connection, because the ORM costs three times the insert itself. An exact repeat only counts.
* Nobody waits for longer than `PATIENCE_SECONDS`. While the store is away only a few scouts wait, the rest are told
  at once: so the threads stay free for pages, and the first scout that gets through ends the outage.
* A row that the database refuses does not fail its neighbours: they are then stored one by one.

When not to use it: for anything that must be written together with something else; that is a transaction of `app.db`.
"""

import hashlib
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import bindparam, text
from sqlalchemy.engine import Engine

from app import clock
from app.away import DatabaseBusy
from app.db import committed_cursor, insert_into
from app.inbox.models import InboxMessage, InboxState

COLUMNS = ("digest", "received_at", "subscription", "secret", "body", "headers", "state", "repeats", "attempts", "due_at")
KEPT_HEADERS = ("content-type", "user-agent", "x-cal-webhook-version", "x-cal-signature-256")
PATIENCE_SECONDS = 3.5
SCOUT_SECONDS = 1.5
SCOUTS = 2
GRACE_SECONDS = 1.5
"""How much longer the one whose turn it is may take for those who came after."""
STALLED_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Receipt:
    """What the sender is told."""

    id: int
    repeats: int


class _Delivery:
    """One delivery on its way to the disk."""

    __slots__ = ("deadline", "engine", "error", "receipt", "since", "values")

    def __init__(self, engine: Engine, values: dict[str, Any]) -> None:
        self.engine = engine
        self.deadline = 0.0
        self.values = values
        self.since = time.monotonic()
        self.receipt: Receipt | None = None
        self.error: Exception | None = None


class Receiver:
    """Where deliveries queue up and are committed together; one for each database."""

    def __init__(self, engine: Engine) -> None:
        row = insert_into(engine, InboxMessage).values({name: bindparam(name) for name in COLUMNS})
        once = row.on_conflict_do_update(index_elements=["digest"], set_={"repeats": text("inbox_message.repeats + 1")})
        compiled = once.returning(InboxMessage.id, InboxMessage.repeats).compile(dialect=engine.dialect)
        self._insert = compiled.string
        self._order: Sequence[str] | None = compiled.positiontup
        self._as_stored = {name: InboxMessage.__table__.c[name].type.dialect_impl(engine.dialect).bind_processor(engine.dialect) for name in COLUMNS}
        self._in_turns = engine.dialect.name == "sqlite"
        self._turn = threading.Lock()
        self._queue: deque[_Delivery] = deque()
        self._unanswered: set[_Delivery] = set()
        self._away = False
        self._answered_at = 0.0

    def keep(self, engine: Engine, **values: Any) -> Receipt:
        """The receipt of a delivery that is on disk. Raises `DatabaseBusy` when it could not be stored in time."""
        delivery = _Delivery(engine, {name: convert(values[name]) if convert else values[name] for name, convert in self._as_stored.items()})
        delivery.deadline = delivery.since + self._patience(delivery.since)
        self._unanswered.add(delivery)
        if self._in_turns:
            self._queue.append(delivery)
        try:
            self._wait_for_turn(delivery)
        finally:
            self._unanswered.discard(delivery)
            self._answered_at = time.monotonic()
        if delivery.receipt is None:
            raise delivery.error or DatabaseBusy("the delivery was not stored")
        return delivery.receipt

    def busy(self, *, within: float) -> bool:
        """Whether somebody waits for a receipt, or did so within the last so many seconds."""
        return bool(self._unanswered) or time.monotonic() - self._answered_at < within

    def _patience(self, now: float) -> float:
        waiting = len(self._unanswered)
        if waiting < SCOUTS:
            return SCOUT_SECONDS if self._away else PATIENCE_SECONDS
        if self._away or now - min((other.since for other in list(self._unanswered)), default=now) > STALLED_SECONDS:
            raise DatabaseBusy("the store is away and others wait for it already")
        return PATIENCE_SECONDS

    def _wait_for_turn(self, delivery: _Delivery) -> None:
        if not self._in_turns:
            self._commit_alone(delivery)
            return
        if not self._turn.acquire(timeout=delivery.deadline - time.monotonic()):
            self._away = True
            raise DatabaseBusy("nothing could be committed in time")
        try:
            if delivery.receipt is None and delivery.error is None:
                self._commit_what_waits(delivery.deadline + GRACE_SECONDS)
        finally:
            self._turn.release()

    def _commit_alone(self, delivery: _Delivery) -> None:
        try:
            self._store([delivery], delivery.deadline)
        except DatabaseBusy:
            self._away = True
            raise
        self._away = False

    def _commit_what_waits(self, at_most: float) -> None:
        group = []
        while self._queue:
            if (delivery := self._queue.popleft()) in self._unanswered:
                group.append(delivery)
        deadline = min(at_most, max(delivery.deadline for delivery in group))
        try:
            self._store(group, deadline)
            self._away = False
        except DatabaseBusy as error:
            self._away = True
            for delivery in group:
                delivery.error = error
        except Exception as error:
            log.exception("deliveries not stored together", count=len(group))
            self._one_by_one(group, error, deadline)

    def _one_by_one(self, group: Sequence[_Delivery], error: Exception, deadline: float) -> None:
        for delivery in group:
            delivery.receipt, delivery.error = None, error
            if len(group) > 1:
                try:
                    self._store([delivery], deadline)
                except Exception as own:
                    log.exception("a delivery cannot be stored")
                    delivery.error = own

    def _store(self, group: Sequence[_Delivery], deadline: float) -> None:
        """All of them are on disk when this returns, and only then have their receipts."""
        receipts = []
        with committed_cursor(group[0].engine, deadline=deadline, one_statement=len(group) == 1) as cursor:
            for delivery in group:
                values = delivery.values
                cursor.execute(self._insert, tuple(values[name] for name in self._order) if self._order else values)
                receipts.append(Receipt(*cursor.fetchone()))
        for delivery, receipt in zip(group, receipts, strict=True):
            delivery.receipt, delivery.error = receipt, None


_receivers: WeakKeyDictionary[Engine, Receiver] = WeakKeyDictionary()
_making = threading.Lock()


def receiver_of(engine: Engine) -> Receiver:
    """The one receiver of a database."""
    receiver = _receivers.get(engine)
    if receiver is None:
        with _making:
            receiver = _receivers.setdefault(engine, Receiver(engine))
    return receiver


def receive(engine: Engine, *, body: bytes, headers: Mapping[str, str], subscription: str, secret: str) -> Receipt:
    """The receipt for a delivery whose signature has been checked; it is on disk. Raises `DatabaseBusy`."""
    now = clock.now()
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return receiver_of(engine).keep(
        engine, digest=hashlib.sha256(body).hexdigest(), received_at=now, subscription=subscription, secret=secret, body=body,
        headers=kept, state=InboxState.WAITING.value, repeats=0, attempts=0, due_at=now,
    )  # fmt: skip
