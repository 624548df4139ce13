"""What staff did, as a chain: any line that is altered, removed or swapped shows.

One chain for all acts, because acts of people are few and a missing one is what matters. The row of the head is the lock:
whoever notes an act holds it until the commit, so note last in a transaction, after everything that may wait. What is
noted are words, references and row numbers, never personal data and never a secret, so that nothing here is ever erased.
When not to rely on it: somebody who can write the database can rebuild the whole chain; keep a copy of the head elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import StaffAct, StaffActHead
from app.db import db, insert

START = "0" * 64
HASHED = ("id", "at", "staff_id", "act", "subject", "detail")
HEAD = 1
"""The number of the only row of `staff_act_head`."""
LONGEST = 500
"""Letters that are kept of a subject and of a detail."""


@dataclass(frozen=True)
class BrokenAct:
    """The first line of the chain that is not what was written."""

    number: int
    what: str


def note(session: Session, *, staff_id: int | None, act: str, on: str = "", detail: str = "") -> int:
    """Adds a line to the acts of staff, in the transaction of the caller; its number.

    `act` is a short dotted word such as `booking.cancel`; `on` the reference or key of what it was done to.
    """
    added = insert(StaffActHead).values(id=HEAD, count=1, hash=START)
    one_more = added.on_conflict_do_update(index_elements=["id"], set_={"count": StaffActHead.count + 1})
    number, previous = session.execute(one_more.returning(StaffActHead.count, StaffActHead.hash)).one()
    line = {"id": number, "at": clock.now(), "staff_id": staff_id, "act": act, "subject": on[:LONGEST], "detail": detail[:LONGEST]}
    digest = _hash(line, previous)
    session.execute(plain_insert(StaffAct).values(**line, hash=digest))
    session.execute(update(StaffActHead).where(StaffActHead.id == HEAD).values(hash=digest))
    return int(number)


def verify(*, newest: int = 0) -> BrokenAct | None:
    """The first broken line of the chain (or among its newest, when a number is given); None when everything is as it was written."""
    head = db.session.get(StaffActHead, HEAD, populate_existing=True)
    count, last = (head.count, head.hash) if head is not None else (0, START)
    number = max(0, count - newest) if newest else 0
    previous = (db.session.scalar(select(StaffAct.hash).where(StaffAct.id == number)) or "") if number else START
    for line in _lines(after=number):
        number += 1
        if line.id != number:
            return BrokenAct(number, f"line {number} is missing or stands elsewhere")
        if line.hash != _hash({name: getattr(line, name) for name in HASHED}, previous):
            return BrokenAct(number, "it was altered, swapped, or the line before it was")
        previous = line.hash
    if number != count:
        return BrokenAct(number + 1, f"{count} lines were written, {number} are there")
    return None if previous == last else BrokenAct(number, "the head remembers another last line")


def _lines(*, after: int) -> Iterator[Row[Any]]:
    """The lines in order, some at a time, so that leaving off in the middle keeps nothing open."""
    columns = select(StaffAct.hash, *(getattr(StaffAct, name) for name in HASHED)).order_by(StaffAct.id)
    seen = after
    while some := db.session.execute(columns.where(StaffAct.id > seen).limit(1000)).all():
        yield from some
        seen = some[-1].id


def _hash(line: Mapping[str, Any], previous: str) -> str:
    said = [previous, *(value.isoformat() if isinstance(value := line[name], datetime) else value for name in HASHED)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()
