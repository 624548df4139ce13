"""Changes of the site file: saved, listed, compared line by line; drafts for looking at."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.site_edits.models import SiteDraft, SiteEdit

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One line of a comparison."""

    kind: str
    """`old`, `new`, `same`, or `gap` for lines left out."""
    text: str


def note(session: Session, *, staff_id: int | None, who: str, what: str, before: str, after: str) -> SiteEdit:
    """Adds a change to the history, in the transaction of the caller."""
    edit = SiteEdit(at=clock.now(), staff_id=staff_id, who=who, what=what, before=before, after=after)
    session.add(edit)
    session.flush()
    return edit


def newest() -> Sequence[SiteEdit]:
    """The changes, the newest first."""
    return list(db.session.scalars(select(SiteEdit).order_by(SiteEdit.at.desc(), SiteEdit.id.desc()).limit(SHOWN)))


def by_id(number: int) -> SiteEdit | None:
    """One change."""
    return db.session.get(SiteEdit, number)


def keep_draft(session: Session, *, staff_id: int, text: str) -> None:
    """Keeps what this person wants to look at; an older draft of theirs is gone."""
    draft = session.get(SiteDraft, staff_id) or SiteDraft(staff_id=staff_id)
    draft.at, draft.text = clock.now(), text
    session.add(draft)
    session.flush()


def draft_of(staff_id: int) -> str | None:
    """What this person last wanted to look at."""
    draft = db.session.get(SiteDraft, staff_id)
    return draft.text if draft else None


def compared(before: str, after: str) -> list[Line]:
    """The lines that differ, each with one line around it."""
    kinds = {"-": "old", "+": "new", " ": "same"}
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]
    found = [Line("gap", "") if line.startswith("@@") else Line(kinds[line[0]], line[1:]) for line in lines]
    return found[1:] if found and found[0].kind == "gap" else found
