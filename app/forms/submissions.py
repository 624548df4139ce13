"""Keep what visitors answered in routing forms."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db, insert
from app.forms.models import FormSubmission


@dataclass(frozen=True)
class Submitted:
    """One submission as it was told."""

    form_id: str
    form_name: str
    without_booking: bool
    email: str
    answers: dict[str, Any]
    submitted_at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 over everything that was said."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def keep(session: Session, said: Submitted, *, inbox_id: int | None) -> None:
    """Stores a submission; the same one told again changes nothing."""
    row = insert(FormSubmission).values(digest=said.digest, inbox_id=inbox_id, **asdict(said))
    session.execute(row.on_conflict_do_nothing(index_elements=["digest"]))


def everything() -> list[FormSubmission]:
    """Every submission, oldest first."""
    return list(db.session.scalars(select(FormSubmission).order_by(FormSubmission.submitted_at, FormSubmission.id)))
