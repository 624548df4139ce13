"""Where the account has drifted away from the file, kept with its beginning.

Differences are rows of their own, so that "since when" survives a second look, and a difference that has gone is forgotten. When
not to use it: to decide what an apply does; that is the plan, made anew each time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.away import STORE_ERRORS
from app.config_as_code import show
from app.config_as_code.kinds import WORDS, Kind
from app.config_as_code.models import CalcomDrift, CalcomLook
from app.config_as_code.plan import Action, Change, Plan
from app.db import db, insert, transaction

EVERY = timedelta(hours=24)
LONGEST = 400
ONE = 1

log = structlog.get_logger()


@dataclass(frozen=True)
class Drift:
    """One difference between Cal.com and the file."""

    kind: Kind
    key: str
    field: str
    says: str
    reported: bool
    since: datetime | None = None

    @property
    def title(self) -> str:
        """Which object."""
        return f"{WORDS[self.kind]} {self.key}"


def as_row(row: Drift) -> dict[str, Any]:
    """For scripts."""
    since = row.since.isoformat().replace("+00:00", "Z") if row.since else None
    return {"kind": row.kind, "key": row.key, "field": row.field or None, "says": row.says, "reported": row.reported, "since": since}


def differences(plan: Plan) -> Iterator[Drift]:
    """A plan seen the other way round: what Cal.com has that the file does not say."""
    for change in plan.changes:
        if change.action == Action.UPDATE:
            for name, (there, wanted) in change.fields.items():
                yield Drift(change.kind, change.key, name, _says(name, there, wanted), reported=False)
        else:
            yield Drift(change.kind, change.key, "", _whole(change), reported=False)
    for report in plan.reports:
        for name, (there, wanted) in report.fields.items():
            yield Drift(report.kind, report.key, name, _says(name, there, wanted), reported=True)


def note(plan: Plan, *, now: datetime) -> list[Drift]:
    """The differences with since when each is known; writes that down where there is a database."""
    found = list(differences(plan))
    try:
        with transaction() as session:
            since = _keep(session, found, now)
            look = {"began_at": now, "ended_at": now, "error": ""}
            session.execute(insert(CalcomLook).values(id=ONE, **look).on_conflict_do_update(index_elements=["id"], set_=look))
    except STORE_ERRORS:
        log.warning("since when Cal.com differs is not kept: the store is away")
        since = {}
    return [Drift(row.kind, row.key, row.field, row.says, row.reported, since.get((row.kind, row.key, row.field))) for row in found]


def note_failure(error: str, *, now: datetime) -> None:
    """A comparison that could not be made; what was known stays."""
    with transaction() as session:
        look = {"began_at": now, "ended_at": now, "error": error}
        session.execute(insert(CalcomLook).values(id=ONE, **look).on_conflict_do_update(index_elements=["id"], set_=look))


def current() -> list[Drift]:
    """What differed at the last look, the oldest first."""
    rows = db.session.scalars(select(CalcomDrift).order_by(CalcomDrift.since, CalcomDrift.kind, CalcomDrift.key, CalcomDrift.field))
    return [Drift(Kind(row.kind), row.key, row.field, row.says, row.reported, row.since) for row in rows]


def known() -> tuple[int, datetime | None]:
    """How many differences the last look found, and since when the oldest is known."""
    count, since = db.session.execute(select(func.count(), func.min(CalcomDrift.since)).select_from(CalcomDrift)).one()
    return int(count), since


def last_look() -> CalcomLook | None:
    """When somebody last looked, and with what result."""
    return db.session.get(CalcomLook, ONE)


def take_turn(*, now: datetime) -> bool:
    """Whether it is this process that looks now: once a day, whoever comes first."""
    known = last_look()
    began = known.began_at if known else None
    db.session.rollback()
    if began is not None and now - began < EVERY:
        return False
    with transaction() as session:
        again = insert(CalcomLook).values(id=ONE, began_at=now, ended_at=None, error="")
        taken = again.on_conflict_do_update(index_elements=["id"], set_={"began_at": now}, where=CalcomLook.began_at <= now - EVERY)
        return session.scalar(taken.returning(CalcomLook.id)) is not None


def _keep(session: Session, found: list[Drift], now: datetime) -> Mapping[tuple[str, str, str], datetime]:
    known = {(row.kind, row.key, row.field): row for row in session.scalars(select(CalcomDrift))}
    wanted = {(row.kind.value, row.key, row.field): row for row in found}
    for key in known.keys() - wanted.keys():
        kind, name, field = key
        session.execute(delete(CalcomDrift).where(CalcomDrift.kind == kind, CalcomDrift.key == name, CalcomDrift.field == field))
    for key, row in wanted.items():
        if key in known:
            known[key].says = row.says
        else:
            session.add(CalcomDrift(kind=key[0], key=row.key, field=row.field, since=now, reported=row.reported, says=row.says))
    return {key: known[key].since if key in known else now for key in wanted}


def _says(name: str, there: Any, wanted: Any) -> str:
    return f"{name} is {_short(there)} at Cal.com and {_short(wanted)} in the file"


def _whole(change: Change) -> str:
    return "is in the file and not at Cal.com" if change.action == Action.CREATE else "is at Cal.com and not in the file"


def _short(value: Any) -> str:
    text = show.spelled(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
