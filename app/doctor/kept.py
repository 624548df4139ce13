"""Examinations that run while somebody looks at a page, and the last one for whoever comes later.

The newest lives in the memory of the process that runs it, so that a database that takes no writes can be examined as
well; it is kept in the database too, for other processes and after a restart.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select

from app import clock
from app.away import STORE_ERRORS
from app.db import db, transaction
from app.doctor.examine import CHECKS, as_row, examine
from app.doctor.models import Examination
from app.doctor.patient import Patient

KEPT = 5
LONGEST = timedelta(minutes=2)
"""An examination that has lasted longer has died with its process."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Seen:
    """How far an examination is and what it has found so far, in the order of the checks."""

    started_at: datetime
    finished_at: datetime | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
    total: int = field(default_factory=lambda: len(CHECKS))

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.finished_at is None and clock.now() - self.started_at < LONGEST


class Practice:
    """Runs one examination at a time, in a thread."""

    def __init__(self, patient: Callable[[], Patient]) -> None:
        self._patient = patient
        self._lock = threading.Lock()
        self._seen: Seen | None = None

    def begin(self, *, wait: float = 0.0) -> None:
        """Begins an examination, unless one is running in this process; waits so many seconds for its end."""
        with self._lock:
            if self._seen is not None and self._seen.running:
                return
            self._seen = seen = Seen(clock.now())
        thread = threading.Thread(target=self._examine, args=(self._patient(), seen), name="doctor", daemon=True)
        thread.start()
        thread.join(wait)

    def latest(self) -> Seen | None:
        """The newest examination, here or in another process; None before the first."""
        row = db.session.scalar(select(Examination).order_by(Examination.id.desc()).limit(1))
        kept = Seen(row.started_at, row.finished_at, row.results) if row else None
        own = self._seen
        return own if kept is None or (own is not None and own.started_at >= kept.started_at) else kept

    def _examine(self, patient: Patient, seen: Seen) -> None:
        number = self._keep(patient, seen, None)
        places = {check.name: place for place, check in enumerate(CHECKS)}
        try:
            for result in examine(patient):
                seen = replace(seen, results=sorted([*seen.results, as_row(result)], key=lambda row: places[row["name"]]))
                self._seen = seen
        except Exception:
            log.exception("the examination broke off")
        self._seen = replace(seen, finished_at=clock.now())
        self._keep(patient, self._seen, number)

    def _keep(self, patient: Patient, seen: Seen, number: int | None) -> int | None:
        with patient.within(), suppress(*STORE_ERRORS), transaction() as session:
            row = session.get(Examination, number) if number else None
            if row is None:
                row = Examination(started_at=seen.started_at, results=[])
                session.add(row)
            row.finished_at, row.results = seen.finished_at, seen.results
            session.flush()
            session.execute(delete(Examination).where(Examination.id <= row.id - KEPT))
            return row.id
        return None
