"""The rows of secrets that are being made new, opened and closed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calcom.models import SecretChange
from app.db import db
from app.sealing import Seal, footprint


class State(StrEnum):
    """How far a change has come."""

    ACCEPTED = "accepted"
    """The new secret counts beside the old one here; Cal.com may have been told already, or in part."""
    SET = "set"
    """Cal.com signs with it, as reading back shows; no delivery has proven it yet."""
    PROVEN = "proven"
    """A delivery signed with it has come. The old one is refused from `drop_at` on."""
    KEPT = "kept"
    """Somebody still signs with the old one, so it is not dropped by itself."""
    UNDOING = "undoing"
    """Cal.com refused; what was set is being set back."""
    UNDONE = "undone"
    """All is as before; the new one is refused from `drop_at` on."""
    ASKED = "asked"
    """Cal.com was asked for a new API key and the answer is not stored yet."""
    DONE = "done"
    """The new API key is stored and counts."""


@dataclass(frozen=True)
class Opened:
    """A row that can be read."""

    name: str
    state: State
    value: str = field(repr=False)
    before: tuple[str, ...] = field(repr=False)
    started_at: datetime
    set_at: datetime | None
    proven_at: datetime | None
    drop_at: datetime | None
    expires_at: datetime | None
    note: str
    readable: bool
    """Whether a key of ours opens it."""

    def is_over(self, now: datetime) -> bool:
        """Whether what was in force before is refused, and nothing is left to do."""
        return self.drop_at is not None and now >= self.drop_at


def found(name: str, seal: Seal) -> Opened | None:
    """The change of a secret; None when there has been none."""
    db.session.rollback()
    row = db.session.get(SecretChange, name)
    opened = opened_from(row, seal) if row is not None else None
    db.session.rollback()
    return opened


def everything(seal: Seal) -> list[Opened]:
    """Every change there is, by name."""
    rows = db.session.scalars(select(SecretChange).order_by(SecretChange.name)).all()
    return [opened_from(row, seal) for row in rows]


def opened_from(row: SecretChange, seal: Seal) -> Opened:
    """The same, of a row at hand."""
    value = seal.open(row.value) if row.value else ""
    before = seal.open(row.before) if row.before else "[]"
    return Opened(
        name=row.name,
        state=State(row.state),
        value=value or "",
        before=tuple(json.loads(before or "[]")),
        started_at=row.started_at,
        set_at=row.set_at,
        proven_at=row.proven_at,
        drop_at=row.drop_at,
        expires_at=row.expires_at,
        note=row.note,
        readable=value is not None and before is not None,
    )


def begin(session: Session, name: str, *, state: State, value: str, before: Sequence[str], seal: Seal, now: datetime, overlap_seconds: int = 0) -> SecretChange:
    """A change that begins: the new value counts beside all that count now, which are those in `before`."""
    row = session.get(SecretChange, name)
    if row is None:
        row = SecretChange(name=name, retired=[])
        session.add(row)
    else:
        row.retired = sorted({*row.retired, *row.retiring})
    row.state, row.value, row.before = state, seal.close(value) if value else "", seal.close(json.dumps(list(before)))
    row.retiring = [footprint(name, each) for each in before if each != value]
    row.overlap_seconds, row.note = overlap_seconds, ""
    row.started_at, row.set_at, row.proven_at, row.drop_at, row.expires_at = now, None, None, None, None
    return row
