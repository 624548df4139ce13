"""Takes the rows of one page in: compares them all in one look, and records what is news in small transactions."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import structlog

from app.away import DatabaseBusy
from app.bookings.audit import Cause
from app.bookings.facts import Fact
from app.bookings.lifecycle import record, take_turn, would_change
from app.bookings.models import Booking as Recorded
from app.bookings.policy import MailPolicy
from app.calcom.types import Booking
from app.db import db
from app.sync.compare import Comparison, compare
from app.sync.from_api import Row, read
from app.sync.held import Held, held
from app.sync.models import SyncRun
from app.sync.ours import Mine
from app.sync.translate import NotUnderstood

BATCH = 16
"""Groups of rows that are looked at again together, right before they are recorded; fewer where the time is not enough for so many."""
BATCH_SECONDS = 0.03
"""So long a delivery may have to wait for the write lock."""
MOST_REPAIRED = 200
"""So many bookings a run remembers by number."""
COUNTED = ("created", "changed", "same", "ignored", "unreadable")
SYNC = "sync"

log = structlog.get_logger()
Group = list[Row]


class Intake:
    """What one run takes in."""

    def __init__(self, mine: Mine, *, policy: MailPolicy, imported: bool, number: int) -> None:
        self._mine = mine
        self._imported = imported
        self._counts: Counter[str] = Counter()
        self._note = ""
        self._read_at: datetime | None = None
        self._own: set[str] = set()
        self._repaired: list[int] = []
        self._batch = BATCH
        self.policy = policy
        self.cause = Cause(SYNC, f"sync run {number}")

    def look(self, bookings: Sequence[Booking], asked_at: datetime, *, final: bool) -> list[Group]:
        """The rows that say something new, connected ones together; all others are counted and done with."""
        rows = self._readable(bookings)
        if asked_at != self._read_at:
            self._read_at, self._own = asked_at, set()
        known = held(db.session(), list(rows.values()), asked_at=asked_at, own=self._own)
        db.session.expunge_all()
        db.session.rollback()
        ours = {booking.uid for booking in bookings if booking.uid in rows and (self._mine.owns(booking) or booking.uid in known.uids)}
        self._counts["ignored"] += len(rows) - len(ours)
        groups = _connected([row for uid, row in rows.items() if uid in ours])
        news = []
        for group in groups:
            found = [self._compare(row, known, group, final=final) for row in group]
            if any(each.facts or each.marks or each.absentees or each.early for each in found):
                news.append(group)
            else:
                self._counts["same"] += len(group)
        return news

    def count(self, run: SyncRun) -> None:
        """Writes down what has been counted since the last time."""
        for name in COUNTED:
            if self._counts[name]:
                setattr(run, name, getattr(run, name) + self._counts[name])
        run.note = self._note or run.note
        if self._repaired:
            run.repaired = [*dict.fromkeys([*(run.repaired or []), *self._repaired])][:MOST_REPAIRED]
        self._counts.clear()
        self._repaired = []

    def take_in(self, groups: list[Group], asked_at: datetime, run: SyncRun, *, final: bool) -> list[Group]:
        """Records as many groups as fit into one short transaction; returns the rest."""
        counts, own, repaired, done = self._counts.copy(), set(self._own), list(self._repaired), 0
        until, session = time.monotonic() + BATCH_SECONDS, db.session()
        batch = groups[: self._batch]
        take_turn(session)
        known = held(session, [row for group in batch for row in group], asked_at=asked_at, own=own)
        try:
            while done < len(batch) and (done == 0 or time.monotonic() < until):
                self._take_in_group(batch[done], known, run, final=final)
                done += 1
            self.count(run)
        except DatabaseBusy:
            self._counts, self._own, self._repaired = counts, own, repaired
            raise
        self._batch = min(BATCH, done + 2)
        return groups[done:]

    def _take_in_group(self, group: Group, known: Held, run: SyncRun, *, final: bool) -> None:
        session = db.session()
        found = [self._compare(row, known, group, final=final) for row in group]
        doubtful = [row.uid for row, each in zip(group, found, strict=True) if each.absentees or each.early]
        if doubtful and not final:
            run.doubts = [*dict.fromkeys([*run.doubts, *doubtful])]
        facts = [fact for each in found for fact in each.facts]
        marks = [fact for each in found for fact in each.marks]
        try:
            with session.begin_nested():
                if facts and not any(each.new for each in found) and not would_change(session, facts):
                    facts = []
                touched = self._record(facts + marks)
        except DatabaseBusy:
            raise
        except Exception:
            log.exception("a booking of Cal.com's could not be taken in", run=run.id)
            self._counts["unreadable"] += len(group)
            self._note = "Some bookings could not be taken in; the log has the details."
            return
        if facts and touched is not None and not self._imported:
            self._repaired.append(touched.id)
        for each in found:
            if not each.early:
                self._counts["created" if each.new and each.facts else "changed" if each.facts and facts else "same"] += 1

    def _record(self, facts: list[Fact]) -> Recorded | None:
        if not facts:
            return None
        touched = record(db.session(), facts, cause=self.cause, policy=self.policy)
        self._own |= {uid for fact in facts for uid in (fact.uid, fact.linked_uid) if uid}
        return touched

    def _compare(self, row: Row, known: Held, group: Group, *, final: bool) -> Comparison:
        there = final or row.moved_to in known.uids or any(other.uid == row.moved_to for other in group)
        return compare(row, known, imported=self._imported, with_successor=there)

    def _readable(self, bookings: Sequence[Booking]) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        for booking in bookings:
            try:
                rows[booking.uid] = read(booking, self._mine.types)
            except NotUnderstood as problem:
                self._counts["unreadable"] += 1
                self._note = f"Some bookings could not be understood: {problem}."
        return rows

    def seats(self, booking: Booking, asked_at: datetime) -> tuple[Row, Held]:
        """A class as it was read, and what we hold of it now."""
        row = read(booking, self._mine.types)
        return row, held(db.session(), [row], asked_at=asked_at, own=self._own)


def _connected(rows: Sequence[Row]) -> list[Group]:
    """The rows of a page in groups that name each other, in the order of the page."""
    leader: dict[str, str] = {}

    def find(uid: str) -> str:
        while leader.setdefault(uid, uid) != uid:
            uid = leader[uid]
        return uid

    for row in rows:
        for other in (row.moved_from, row.moved_to):
            if other:
                leader[find(other)] = find(row.uid)
    groups: dict[str, Group] = {}
    for row in rows:
        groups.setdefault(find(row.uid), []).append(row)
    return list(groups.values())
