"""Reading the acts of staff: some at a time, newest first, by person, act, subject and day.

Every filter that can stand alone has an index that ends in `at, id`, so a page costs the same at a million acts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, tuple_

from app.accounts.models import StaffAct
from app.db import db

PAGE = 50
NOBODY = 0
"""Stands for acts of nobody who was signed in: the command line, failed sign-ins."""


@dataclass(frozen=True)
class Wish:
    """Which acts are to be seen; what is empty does not narrow."""

    staff_id: int | None = None
    act: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Some acts, newest first, and where the pages beside this one begin (empty at the ends)."""

    acts: Sequence[StaffAct]
    before: str
    after: str


def page(wish: Wish, *, after: str = "", before: str = "") -> Page:
    """The page that follows the act with the key `after`, or precedes `before`; a key that is none is the beginning."""
    backwards = bool(_key(before)) and not _key(after)
    here = _key(before) if backwards else _key(after)
    rows = list(db.session.scalars(statement(wish, after=after, before=before)))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    newer, older = (more, True) if backwards else (here is not None, more)
    return Page(rows, key_of(rows[0]) if rows and newer else "", key_of(rows[-1]) if rows and older else "")


def statement(wish: Wish, *, after: str = "", before: str = "") -> Select[StaffAct]:
    """What is asked of the database for a page, and one act more."""
    backwards = bool(_key(before)) and not _key(after)
    here = _key(before) if backwards else _key(after)
    place = tuple_(StaffAct.at, StaffAct.id)
    found = select(StaffAct).where(*_conditions(wish))
    if here is not None:
        found = found.where(place > tuple_(*here) if backwards else place < tuple_(*here))
    order = (StaffAct.at, StaffAct.id) if backwards else (StaffAct.at.desc(), StaffAct.id.desc())
    return found.order_by(*order).limit(PAGE + 1)


def newest_of(staff_id: int, *, limit: int = 10) -> Sequence[StaffAct]:
    """The last acts of one person."""
    mine = select(StaffAct).where(StaffAct.staff_id == staff_id)
    return db.session.scalars(mine.order_by(StaffAct.at.desc(), StaffAct.id.desc()).limit(limit)).all()


def known_acts() -> list[str]:
    """Every act that was ever noted, each found by one look into the index."""
    found: list[str] = []
    while (word := db.session.scalar(select(StaffAct.act).where(StaffAct.act > (found[-1] if found else "")).order_by(StaffAct.act).limit(1))) is not None:
        found.append(word)
    return found


def key_of(act: StaffAct) -> str:
    """The place of an act, for the address of a page."""
    return f"{act.at.isoformat()}_{act.id}"


def _key(text: str) -> tuple[datetime, int] | None:
    at, _, number = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, int(number)) if moment.tzinfo and number.isdecimal() and len(number) < 10 else None


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if wish.staff_id is not None:
        wanted.append(StaffAct.staff_id.is_(None) if wish.staff_id == NOBODY else StaffAct.staff_id == wish.staff_id)
    if wish.act:
        wanted.append(StaffAct.act == wish.act)
    if wish.subject:
        wanted.append(StaffAct.subject == wish.subject)
    if wish.since:
        wanted.append(StaffAct.at >= wish.since)
    if wish.until:
        wanted.append(StaffAct.at < wish.until)
    return wanted
