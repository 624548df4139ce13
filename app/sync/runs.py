"""Runs as rows: who may carry one out, where it goes on, when the next one is due.

One lease for all processes: whoever holds the run's token writes, and only while it is alive. A process of this machine
that is gone gives its run free at once, one elsewhere when its heartbeat has stopped for `LEASE`. A run that stopped in
the middle is gone on with, by whoever comes next; so a killed first comparison is still the first one.
"""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import db, one_writer, transaction
from app.sync.models import RunKind, RunState, SyncRun

LEASE = timedelta(minutes=5)
"""Longer than any wait within one question to Cal.com, its block of a minute included."""
DAY = timedelta(hours=24)
WORTH_RESUMING = timedelta(hours=24)
SOON = timedelta(minutes=1)
"""A process that starts compares at once, unless that was just done: it may be one that starts again and again."""
TOPIC = 7302
WHOLE = (RunKind.FIRST, RunKind.DAILY, RunKind.FULL)


_carried_out: set[str] = set()
"""Tokens of this process's own runs: after a restart in a container the same process number may be somebody else."""


class Busy(Exception):
    """Another process compares already."""

    def __init__(self, number: int) -> None:
        super().__init__(f"run {number} is under way")
        self.number = number


class Overtaken(Exception):
    """The run has passed to another process; what was not committed is lost, and that one does it again."""


@dataclass(frozen=True)
class Lease:
    """The right to write for a run."""

    number: int
    token: str


def ask(session: Session, *, kind: RunKind, cause: str) -> SyncRun:
    """A run that the worker takes up within a second; one that is asked for already is enough."""
    waiting = session.scalar(select(SyncRun).where(SyncRun.state == RunState.ASKED).order_by(SyncRun.id).limit(1))
    if waiting is not None:
        waiting.kind = RunKind.FULL if RunKind.FULL in {waiting.kind, kind} else waiting.kind
        return waiting
    run = SyncRun(kind=kind, cause=cause, state=RunState.ASKED, asked_at=clock.now())
    session.add(run)
    session.flush()
    return run


def begin(*, cause: str, kind: RunKind | None = None, since: datetime | None = None) -> Lease:
    """The lease of a run that is to be carried out now: one that was asked for or stopped in the middle, else a new one.

    Without a kind, as much is read as is due. Raises `Busy`.
    """
    with transaction() as session:
        one_writer(session, TOPIC)
        now, token = clock.now(), uuid4().hex
        running = session.scalar(select(SyncRun).where(SyncRun.state == RunState.RUNNING).order_by(SyncRun.id.desc()).limit(1))
        if running is not None and _alive(running, now):
            raise Busy(running.id)
        run = _to_resume(session, running, now, kind) or _asked(session, kind) or SyncRun(asked_at=now, cause=cause, kind="", since=since)
        if not run.kind or run.started_at is None:
            run.kind = RunKind.FIRST if not _whole_one(session) else run.kind or kind or _due_kind(session, now)
            run.since = run.since if run.kind == RunKind.SINCE else None
        run.state, run.error, run.ended_at = RunState.RUNNING, "", None
        run.owner, run.token, run.heartbeat_at, run.started_at = _me(), token, now, run.started_at or now
        session.add(run)
        session.flush()
        others = update(SyncRun).where(SyncRun.state == RunState.RUNNING, SyncRun.id != run.id)
        session.execute(others.values(state=RunState.FAILED, ended_at=now, token="", error="It was stopped in the middle, and another one was begun."))
        _carried_out.add(token)
        return Lease(run.id, token)


def hold(session: Session, lease: Lease) -> SyncRun:
    """The run, if it is still ours; tells the others that we are alive. Raises `Overtaken`."""
    run = session.get(SyncRun, lease.number, with_for_update=True, populate_existing=True)
    if run is None or run.token != lease.token:
        raise Overtaken
    run.heartbeat_at = clock.now()
    return run


def end(lease: Lease, *, error: str = "") -> None:
    """Ends the run, with the reason when it did not get through; nothing happens when it is not ours any more."""
    _carried_out.discard(lease.token)
    state = RunState.FAILED if error else RunState.DONE
    with transaction() as session:
        mine = update(SyncRun).where(SyncRun.id == lease.number, SyncRun.token == lease.token)
        session.execute(mine.values(state=state, error=error[:500], ended_at=clock.now(), token="", heartbeat_at=None))


def let_go(lease: Lease) -> None:
    """Leaves the run as it is, for the next process to go on with."""
    _carried_out.discard(lease.token)
    with transaction() as session:
        session.execute(update(SyncRun).where(SyncRun.id == lease.number, SyncRun.token == lease.token).values(heartbeat_at=None, owner="", token=""))


def watermarks(session: Session) -> tuple[datetime | None, datetime | None]:
    """The newest change and the newest booking that finished runs have read, by Cal.com's clock."""
    found = session.execute(select(func.max(SyncRun.seen_updated_at), func.max(SyncRun.seen_created_at)).where(SyncRun.state == RunState.DONE)).one()
    return found[0], found[1]


def due(*, minutes: int, fresh_start: bool) -> bool:
    """Whether a run should begin now: it is asked for, the last one began long enough ago, or this process has just started."""
    last = db.session.scalar(select(SyncRun).where(SyncRun.started_at.is_not(None)).order_by(SyncRun.started_at.desc(), SyncRun.id.desc()).limit(1))
    asked = db.session.scalar(select(SyncRun.id).where(SyncRun.state == RunState.ASKED).limit(1))
    now = clock.now()
    if asked is not None or last is None or last.started_at is None:
        return True
    if last.state == RunState.RUNNING:
        return not _alive(last, now)
    ended = last.ended_at or last.started_at
    since = ended if fresh_start or last.state == RunState.FAILED else last.started_at
    return now - since >= (SOON if fresh_start else timedelta(minutes=minutes)) or since > now


def _to_resume(session: Session, running: SyncRun | None, now: datetime, kind: RunKind | None) -> SyncRun | None:
    """The newest run that did not get through, unless a later one did."""
    run = running
    if run is None:
        last = session.scalar(select(SyncRun).where(SyncRun.started_at.is_not(None)).order_by(SyncRun.started_at.desc(), SyncRun.id.desc()).limit(1))
        run = last if last is not None and last.state == RunState.FAILED else None
    if run is None or run.started_at is None:
        return None
    fresh = run.kind == RunKind.FIRST or now - run.started_at < WORTH_RESUMING
    return run if fresh and (kind is None or run.kind in {kind, RunKind.FIRST}) else None


def _asked(session: Session, kind: RunKind | None) -> SyncRun | None:
    if kind is not None:
        return None
    return session.scalar(select(SyncRun).where(SyncRun.state == RunState.ASKED).order_by(SyncRun.id).limit(1))


def _whole_one(session: Session) -> bool:
    return session.scalar(select(SyncRun.id).where(SyncRun.state == RunState.DONE, SyncRun.kind.in_([RunKind.FIRST, RunKind.FULL])).limit(1)) is not None


def _due_kind(session: Session, now: datetime) -> RunKind:
    daily = SyncRun.kind.in_([RunKind.DAILY, RunKind.FULL])
    last = session.scalar(select(func.max(SyncRun.started_at)).where(SyncRun.state == RunState.DONE, daily))
    return RunKind.DAILY if last is None or now - last >= DAY else RunKind.CHANGES


def _alive(run: SyncRun, now: datetime) -> bool:
    if run.heartbeat_at is None or abs(now - run.heartbeat_at) > LEASE:
        return False
    machine, _, process = run.owner.rpartition(":")
    if machine != socket.gethostname() or not process.isdigit():
        return True
    if int(process) == os.getpid():
        return run.token in _carried_out
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
