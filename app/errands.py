"""Long work that somebody asked for: a row with counts, carried out by one worker, stopped and gone on with at will.

What is done is committed together with nothing else but its own small steps; after each, the row says how far it is. A
worker that dies leaves the row `running` without a sign of life, and the next one goes on from there: so a step must be
harmless when it is done twice. When not to use it: for what takes less than a second, and for what must be one commit.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Index, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.away import DatabaseBusy
from app.db import Model, db, one_writer, transaction

LEASE = timedelta(minutes=1)
TOPIC = 7305

log = structlog.get_logger()


class ErrandState(StrEnum):
    """Where an errand stands."""

    ASKED = "asked"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


OPEN = (ErrandState.ASKED, ErrandState.RUNNING)


class Errand(Model):
    """One errand; its cursor says where it goes on."""

    __tablename__ = "errand"
    __table_args__ = (Index("ix_errand_kind_id", "kind", "id"), Index("ix_errand_state", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cause: Mapped[str] = mapped_column(default="")
    """Who asked for it: `admin:<name>`, `api:<name of the token>`."""
    what: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What it is about, as whoever carries it out understands it."""
    state: Mapped[str] = mapped_column(default=ErrandState.ASKED)
    cursor: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    """How much there is to do, where that is known beforehand."""
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What became of it, by word."""
    stop_asked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(default="")
    token: Mapped[str] = mapped_column(default="")
    """Changes hands with the errand: who has another one may not write."""
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class UnderWay(Exception):
    """One of this kind is asked for or carried out already."""

    def __init__(self, number: int) -> None:
        super().__init__(f"errand {number} is under way")
        self.number = number


class Failed(Exception):
    """The errand cannot go on; the text says why, and is shown."""


@dataclass(frozen=True)
class Step:
    """What one step has done, and where the next one begins."""

    cursor: int
    done: int
    counts: Mapping[str, int] = field(default_factory=dict)


Work = Callable[[Mapping[str, Any], int], Step | None]
"""Does one small step of `what` from `cursor` on; None when nothing is left. Opens its own transactions."""


def ask(session: Session, *, kind: str, cause: str, what: Mapping[str, Any] | None = None, total: int | None = None) -> Errand:
    """A new errand, which a worker takes up within a second. Raises `UnderWay`."""
    one_writer(session, TOPIC)
    under_way = session.scalar(select(Errand).where(Errand.kind == kind, Errand.state.in_(OPEN)).order_by(Errand.id).limit(1))
    if under_way is not None:
        raise UnderWay(under_way.id)
    errand = Errand(kind=kind, cause=cause, what=dict(what or {}), total=total, asked_at=clock.now())
    session.add(errand)
    session.flush()
    return errand


def stop(session: Session, number: int) -> bool:
    """Asks whoever carries it out to stop after the step it is at; at once if nobody does. False when it is over."""
    mine = Errand.id == number
    waiting = update(Errand).where(mine, or_(Errand.state == ErrandState.ASKED, and_(Errand.state == ErrandState.RUNNING, _abandoned(clock.now()))))
    at_once = waiting.values(state=ErrandState.STOPPED, ended_at=clock.now(), token="", stop_asked=False)
    soon = update(Errand).where(mine, Errand.state == ErrandState.RUNNING).values(stop_asked=True)
    return any(session.scalars(change.returning(Errand.id)).first() is not None for change in (at_once, soon))


def resume(session: Session, number: int) -> bool:
    """Goes on with one that was stopped or failed; False when it is none of these. Raises `UnderWay` for another one of its kind."""
    one_writer(session, TOPIC)
    errand = session.get(Errand, number)
    if errand is None or errand.state not in {ErrandState.STOPPED, ErrandState.FAILED}:
        return False
    under_way = session.scalar(select(Errand.id).where(Errand.kind == errand.kind, Errand.state.in_(OPEN)).limit(1))
    if under_way is not None:
        raise UnderWay(under_way)
    errand.state, errand.stop_asked, errand.ended_at, errand.error = ErrandState.ASKED, False, None, ""
    session.flush()
    return True


def by_id(number: int) -> Errand | None:
    """The errand with this number, as it stands in the database now."""
    return db.session.get(Errand, number, populate_existing=True)


def newest(kind: str, *, limit: int = 1) -> Sequence[Errand]:
    """The last ones of a kind, newest first."""
    return db.session.scalars(select(Errand).where(Errand.kind == kind).order_by(Errand.id.desc()).limit(limit)).all()


def carry_out(kind: str, work: Work, *, should_stop: Callable[[], bool]) -> int:
    """Carries out the errand of this kind that waits, if there is one; returns how many steps were made."""
    found = _take(kind)
    if found is None:
        return 0
    number, token, what, cursor = found
    steps, error = 0, ""
    try:
        while not should_stop():
            step = work(what, cursor)
            if step is None:
                _end(number, token, state=ErrandState.DONE)
                return steps
            cursor, steps = step.cursor, steps + 1
            if not _keep(number, token, step):
                return steps
        _let_go(number, token)
    except DatabaseBusy:
        log.info("an errand waits for the database", errand=number)
        return steps
    except Failed as why:
        error = str(why)
    except Exception as why:
        log.exception("an errand failed", errand=number)
        error = f"An error of this site's own ({type(why).__name__}); the log has the details."
    if error:
        _end(number, token, state=ErrandState.FAILED, error=error)
    return steps


def _abandoned(now: datetime) -> Any:
    return or_(Errand.heartbeat_at.is_(None), Errand.heartbeat_at < now - LEASE)


def _take(kind: str) -> tuple[int, str, dict[str, Any], int] | None:
    """Number, token, subject and cursor of the errand that is ours now; idle workers only read."""
    now, token = clock.now(), uuid4().hex
    free = or_(Errand.state == ErrandState.ASKED, and_(Errand.state == ErrandState.RUNNING, _abandoned(now)))
    db.session.rollback()
    number = db.session.scalar(select(Errand.id).where(Errand.state.in_(OPEN), Errand.kind == kind, free).order_by(Errand.id).limit(1))
    db.session.rollback()
    if number is None:
        return None
    with transaction() as session:
        errand = session.get(Errand, number, with_for_update=True, populate_existing=True)
        if errand is None or not (errand.state == ErrandState.ASKED or (errand.state == ErrandState.RUNNING and _is_abandoned(errand, now))):
            return None
        errand.state, errand.token, errand.heartbeat_at, errand.started_at = ErrandState.RUNNING, token, now, errand.started_at or now
        return errand.id, token, dict(errand.what), errand.cursor


def _is_abandoned(errand: Errand, now: datetime) -> bool:
    return errand.heartbeat_at is None or errand.heartbeat_at < now - LEASE


def _keep(number: int, token: str, step: Step) -> bool:
    """Writes down how far it is; False when it was asked to stop, or has passed to somebody else."""
    with transaction() as session:
        errand = session.get(Errand, number, with_for_update=True, populate_existing=True)
        if errand is None or errand.token != token:
            return False
        errand.cursor, errand.done, errand.heartbeat_at = step.cursor, errand.done + step.done, clock.now()
        errand.counts = dict(Counter(errand.counts) + Counter(dict(step.counts)))
        if errand.stop_asked:
            errand.state, errand.token, errand.stop_asked, errand.ended_at = ErrandState.STOPPED, "", False, clock.now()
            return False
    return True


def _end(number: int, token: str, *, state: ErrandState, error: str = "") -> None:
    with transaction() as session:
        mine = update(Errand).where(Errand.id == number, Errand.token == token)
        session.execute(mine.values(state=state, error=error[:500], ended_at=clock.now(), token="", heartbeat_at=None, stop_asked=False))


def _let_go(number: int, token: str) -> None:
    """For the next process to go on with at once."""
    with transaction() as session:
        session.execute(update(Errand).where(Errand.id == number, Errand.token == token).values(heartbeat_at=None, token=""))
