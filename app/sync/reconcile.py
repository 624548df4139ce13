"""Compares our bookings with Cal.com's and repairs what lost deliveries left behind.

Decisions that stand here:

* Nothing is asked while a transaction is open, and none is longer than a few rows: the receiver is never kept waiting.
* Pages are turned by the moment of the last row, not by number: a row that changes meanwhile moves to the end of the
  list of changes, and rows that are counted would shift past the reader. The list by creation never changes its order.
* The cursor is committed after the rows of its page. A killed run reads that page again, which changes nothing.
* What a list does not show is no proof: a booking that is missing there is asked for by itself.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from app import clock
from app.away import DatabaseBusy
from app.bookings.policy import MailPolicy
from app.calcom.bookings import MOST, Sort
from app.calcom.client import Client
from app.calcom.errors import CalcomError, NotFound, Wait
from app.calcom.types import Booking, Page
from app.db import db, transaction
from app.sync import runs
from app.sync.doubts import SUSPICIOUS, absent_from, in_doubt, mark_missing, settle_class
from app.sync.intake import Intake
from app.sync.models import RunKind, SyncRun
from app.sync.ours import Mine, mine_of
from app.sync.runs import Lease, Overtaken
from app.sync.verified import verified

OVERLAP = timedelta(minutes=5)
"""What is read again each time: changes that were committed at Cal.com in another order than they are dated."""
FIRST_OVERLAP = timedelta(hours=1)
"""The same after a long reading, when only our own clock says when it began."""
STEPS: dict[str, tuple[str, ...]] = {
    RunKind.FIRST: ("created", "updated", "doubts"),
    RunKind.CHANGES: ("updated", "created", "doubts"),
    RunKind.DAILY: ("updated", "created", "start", "doubts"),
    RunKind.FULL: ("created", "updated", "start", "doubts"),
    RunKind.SINCE: ("updated", "created", "doubts"),
}
"""What each kind of run reads, in order; but for the doubts, each is a list in that order."""
PATIENCE_SECONDS = 120.0
"""For so long a run waits for a database that takes no writes."""

log = structlog.get_logger()
Result = TypeVar("Result")


class Stopped(Exception):
    """The process ends; the run goes on in the next one."""


@dataclass(frozen=True)
class Hands:
    """What a run needs from the outside."""

    client: Client
    policy: MailPolicy
    between: Callable[[], bool] = lambda: False
    """Called between two small transactions: gives way to others, and says whether to stop."""
    watch: Callable[[SyncRun], None] = lambda _: None
    """Is shown the run after each page."""


def run(hands: Hands, *, cause: str, kind: RunKind | None = None, since: datetime | None = None) -> int:
    """Carries out a run and returns its number. What went wrong stands on the run. Raises `runs.Busy`."""
    lease = runs.begin(cause=cause, kind=kind, since=since)
    try:
        _Run(hands, lease).carry_out()
    except (Stopped, Overtaken):
        runs.let_go(lease)
    except CalcomError as error:
        if isinstance(error, Wait) and hands.between():
            runs.let_go(lease)
        else:
            log.warning("comparison with Cal.com stopped", run=lease.number, why=str(error))
            runs.end(lease, error=str(error))
    except DatabaseBusy:
        log.warning("comparison with Cal.com stopped: the database takes no writes", run=lease.number)
        _in_vain(lease, "The database took no writes for too long; nothing is lost, the next run goes on here.")
    except Exception as error:
        log.exception("comparison with Cal.com failed", run=lease.number)
        _in_vain(lease, f"An error of this site's own ({type(error).__name__}); the log has the details.")
        raise
    finally:
        db.session.rollback()
    return lease.number


def _in_vain(lease: Lease, why: str) -> None:
    try:
        runs.end(lease, error=why)
    except DatabaseBusy:
        log.warning("the run could not be ended; its lease runs out by itself", run=lease.number)


class _Run:
    """One run, from where it stands to its end."""

    def __init__(self, hands: Hands, lease: Lease) -> None:
        self._hands = hands
        self._lease = lease
        found = db.session.get_one(SyncRun, lease.number)
        self.kind, self._since, self._started = RunKind(found.kind), found.since, found.started_at or clock.now()
        self._step, self._cursor = found.step, dict(found.cursor)
        self._watermarks = runs.watermarks(db.session())
        db.session.rollback()
        self._mine: Mine = mine_of(hands.client)
        self._intake = Intake(self._mine, policy=hands.policy, imported=self.kind == RunKind.FIRST, number=lease.number)

    def carry_out(self) -> None:
        """Every step that is left."""
        steps = STEPS[self.kind]
        for step in steps[steps.index(self._step) if self._step in steps else 0 :]:
            if step != self._step:
                self._step, self._cursor = step, {}
            if step == "doubts":
                self._settle_doubts()
            else:
                self._read_list(step)
        self._write(self._finish)
        runs.end(self._lease)

    # Reading lists ----------------------------------------------------------------------------------------------------

    def _read_list(self, step: str) -> None:
        for asked_at, page, from_moment in self._pages(step):
            fresh = [row for row in page.bookings if row.uid not in self._cursor.get("last", ())]
            self._take_in(fresh, asked_at)
            doubts = self._not_shown(page, from_moment) if step == "start" else []
            cursor = self._next_cursor(step, page)
            self._write(partial(self._turn_page, page=page, cursor=cursor, doubts=doubts))
            self._cursor = cursor

    def _pages(self, step: str) -> Iterator[tuple[datetime, Page, datetime | None]]:
        sort: Sort = "start" if step == "start" else "created" if step == "created" else "updated"
        begin = self._begin_of(step)
        while True:
            after = datetime.fromisoformat(self._cursor["after"]) if self._cursor.get("after") else begin
            asked_at = clock.now()
            bounds = {f"after_{sort}": after} if after else {}
            page = next(self._hands.client.bookings.pages(sort=sort, skip=int(self._cursor.get("skip", 0)), take=MOST, **bounds))  # type: ignore[arg-type]  # three keywords of one kind
            yield asked_at, page, after
            if page.last:
                return
            self._pause()

    def _begin_of(self, step: str) -> datetime | None:
        """From which moment on the step reads; None: from the very first row."""
        updated, created = self._watermarks
        if step == "start":
            return datetime.fromisoformat(self._cursor["begin"]) if self._cursor.get("begin") else clock.now()
        if self.kind in {RunKind.FIRST, RunKind.FULL}:
            return None if step == "created" else self._started - FIRST_OVERLAP
        if self.kind == RunKind.SINCE:
            return self._since
        mark = updated if step == "updated" else created
        return mark - OVERLAP if mark else None

    def _next_cursor(self, step: str, page: Page) -> dict[str, object]:
        """Where the next page begins: at the moment of the last row, or further on within it when all rows have that one."""
        moments = [moment for row in page.bookings if (moment := _moment_of(row, step)) is not None]
        before, skip = self._cursor.get("after"), int(self._cursor.get("skip", 0))
        newest = max(moments).isoformat() if moments else before
        if newest is None or newest == before:
            return {**self._cursor, "after": before, "skip": skip + len(page.bookings) + page.unreadable}
        return {"after": newest, "skip": 0, "last": [row.uid for row in page.bookings if _moment_of(row, step) == max(moments)]}

    def _turn_page(self, run: SyncRun, *, page: Page, cursor: dict[str, object], doubts: list[str]) -> None:
        run.step, run.cursor, run.requests = self._step, cursor, run.requests + 1
        run.unreadable += page.unreadable
        self._intake.count(run)
        run.doubts = [*dict.fromkeys([*run.doubts, *doubts])]
        for row in page.bookings:
            if row.updated_at is not None:
                run.seen_updated_at = max(run.seen_updated_at or row.updated_at, min(row.updated_at, page.answered_at))
            if row.created_at is not None:
                run.seen_created_at = max(run.seen_created_at or row.created_at, min(row.created_at, page.answered_at))

    def _not_shown(self, page: Page, begin: datetime | None) -> list[str]:
        """Upcoming bookings of ours that ought to be on this page and are not."""
        end = None if page.last else max((row.start for row in page.bookings), default=None)
        if begin is None or (end is None and not page.last):
            return []
        shown = {row.uid for row in page.bookings} | set(self._cursor.get("last", ()))
        found = absent_from(shown, begin=begin, end=end)
        db.session.rollback()
        return found

    # Taking in --------------------------------------------------------------------------------------------------------

    def _take_in(self, rows: Sequence[Booking], asked_at: datetime, *, final: bool = False) -> None:
        """Records what the rows add to what we know, a few at a time, and counts."""
        rest = self._intake.look(rows, asked_at, final=final)
        while rest:
            rest = self._write(partial(self._intake.take_in, rest, asked_at, final=final))
            self._pause()

    def _write(self, work: Callable[[SyncRun], Result]) -> Result:
        """One small transaction in which the run is ours; waits for a database that is busy."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with transaction() as session:
                    run = runs.hold(session, self._lease)
                    result = work(run)
            except DatabaseBusy:
                if time.monotonic() > until:
                    raise
                self._pause()
                time.sleep(0.5)
            else:
                self._hands.watch(run)
                db.session.rollback()
                return result

    def _pause(self) -> None:
        if self._hands.between():
            raise Stopped

    # One by one -------------------------------------------------------------------------------------------------------

    def _settle_doubts(self) -> None:
        doubts, of = in_doubt(self._lease.number)
        if len(doubts) > SUSPICIOUS and len(doubts) * 4 > of:
            words = f"Cal.com's list lacks {len(doubts)} of {of} upcoming bookings; nothing was marked. Is this the right key?"
            self._write(partial(_warn, words=words))
            return
        for uid in doubts:
            self._pause()
            asked_at = clock.now()
            try:
                rows = [row for row in self._hands.client.bookings.get(uid) if row.uid == uid]
            except NotFound:
                self._write(partial(mark_missing, uid=uid, asked_at=asked_at, policy=self._hands.policy))
                rows = []
            self._take_in(rows, asked_at, final=True)
            for row in rows:
                for elsewhere, asked in settle_class(self._hands.client, row, self._intake, self._write, asked_at=asked_at):
                    self._take_in([elsewhere], asked, final=True)
            self._write(partial(self._settled, uid=uid))

    def _settled(self, run: SyncRun, *, uid: str) -> None:
        run.doubts = [each for each in run.doubts if each != uid]
        run.requests += 1
        self._intake.count(run)

    def _finish(self, run: SyncRun) -> None:
        run.verified, run.verified_of = verified()


def _warn(run: SyncRun, *, words: str) -> None:
    run.note, run.doubts = words, []


def _moment_of(row: Booking, step: str) -> datetime | None:
    return {"created": row.created_at, "updated": row.updated_at, "start": row.start}[step]
