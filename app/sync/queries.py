"""Runs of the comparison with Cal.com, for pages and commands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.db import db
from app.sync.models import RunState, SyncRun

PAGE = 25


@dataclass(frozen=True)
class Page:
    """One page of runs, newest first; `older` and `newer` are the numbers to go on from, 0 at the ends."""

    runs: Sequence[SyncRun]
    older: int
    newer: int


def page(*, older_than: int = 0, newer_than: int = 0, size: int = PAGE) -> Page:
    """One page of runs."""
    query = select(SyncRun)
    if newer_than:
        found = list(db.session.scalars(query.where(SyncRun.id > newer_than).order_by(SyncRun.id).limit(size + 1)))
        more, found = len(found) > size, found[:size][::-1]
        return Page(found, older=found[-1].id if found else 0, newer=found[0].id if found and more else 0)
    if older_than:
        query = query.where(SyncRun.id < older_than)
    found = list(db.session.scalars(query.order_by(SyncRun.id.desc()).limit(size + 1)))
    more, found = len(found) > size, found[:size]
    return Page(found, older=found[-1].id if found and more else 0, newer=found[0].id if found and older_than else 0)


def by_id(number: int) -> SyncRun | None:
    """The run with this number, as it stands in the database now."""
    return db.session.get(SyncRun, number, populate_existing=True)


def count() -> int:
    """How many runs there were."""
    return db.session.scalar(select(func.count()).select_from(SyncRun)) or 0


def under_way() -> SyncRun | None:
    """The run that is being carried out or waits for the worker."""
    open_ones = SyncRun.state.in_([RunState.RUNNING, RunState.ASKED])
    return db.session.scalar(select(SyncRun).where(open_ones).order_by(SyncRun.state.desc(), SyncRun.id.desc()).limit(1))


def last_done() -> SyncRun | None:
    """The newest run that got through."""
    done = select(SyncRun).where(SyncRun.state == RunState.DONE).order_by(SyncRun.ended_at.desc(), SyncRun.id.desc())
    return db.session.scalar(done.limit(1))


def last_ended() -> SyncRun | None:
    """The newest run that ended, well or not."""
    ended = select(SyncRun).where(SyncRun.ended_at.is_not(None)).order_by(SyncRun.ended_at.desc(), SyncRun.id.desc())
    return db.session.scalar(ended.limit(1))
