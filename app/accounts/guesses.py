"""Wrong guesses are counted, right ones are not, for all processes together, in rows.

A guess is written down before it is looked at, and taken back when it was right: parallel guesses cannot slip through
between looking and counting. The last quarter of an hour counts at every moment, not a quarter of the clock's. A
blocked try writes nothing and so does not prolong the wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.accounts import staff_acts
from app.accounts.sign_in_models import FailedSignIn, GuessWindow
from app.db import db, insert

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Bound:
    """So many guesses in a quarter of an hour under this key."""

    key: str
    most: int


@dataclass(frozen=True)
class Guess:
    """A guess that has been written down."""

    moment: float
    keys: tuple[str, ...]


class TooManyGuesses(Exception):
    """Nothing was looked at; a new try is possible after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong guesses, wait {seconds} s")
        self.seconds = seconds


def take(session: Session, bounds: Sequence[Bound]) -> Guess:
    """A guess under each of these keys, to be committed before anybody looks whether it is right.

    Raises `TooManyGuesses` when one of them has none left; then nothing may be committed, and none is taken.
    """
    now = clock.now()
    moment, cut = now.timestamp(), (now - WINDOW).timestamp()
    waits = []
    for bound in sorted(bounds, key=lambda each: each.key):
        row = _row(session, bound.key)
        recent = [float(each) for each in row.moments if each > cut]
        if len(recent) >= bound.most:
            waits.append(recent[-bound.most] + WINDOW.total_seconds() - moment)
            continue
        row.act_id = row.act_id if recent else None
        row.moments, row.last_at = [*recent, moment], now
    if waits:
        raise TooManyGuesses(max(1, round(max(waits))))
    return Guess(moment, tuple(bound.key for bound in bounds))


def give_back(session: Session, guess: Guess) -> None:
    """It was right: as if it had not been made."""
    for key in sorted(guess.keys):
        row = _row(session, key)
        moments = list(row.moments)
        if guess.moment in moments:
            moments.remove(guess.moment)
            row.moments = moments
    session.flush()


def note_wrong(session: Session, guess: Guess, *, key: str, most: int, on: str, where: str) -> None:
    """Counts a wrong guess among the acts: a line when it is the first under the key, one more when none is left."""
    row = _row(session, key)
    if row.act_id is None:
        row.act_id = staff_acts.note(session, staff_id=None, act="sign_in.failed", on=on, detail=where)
    more = insert(FailedSignIn).values(act_id=row.act_id, count=1, last_at=clock.now())
    session.execute(more.on_conflict_do_update(index_elements=["act_id"], set_={"count": FailedSignIn.count + 1, "last_at": clock.now()}))
    if len(row.moments) >= most and guess.moment == row.moments[-1]:
        staff_acts.note(session, staff_id=None, act="sign_in.blocked", on=on, detail=where)
    session.flush()


def counted(acts: Sequence[int]) -> dict[int, int]:
    """How many wrong guesses these lines stand for."""
    found = db.session.scalars(select(FailedSignIn).where(FailedSignIn.act_id.in_(acts)))
    return {each.act_id: each.count for each in found}


def forget_old(session: Session) -> None:
    """Removes windows that are over."""
    session.execute(delete(GuessWindow).where(GuessWindow.last_at < clock.now() - KEPT))


def _row(session: Session, key: str) -> GuessWindow:
    """The row of the key, held until the commit."""
    new = insert(GuessWindow).values(key=key, moments=[], act_id=None, last_at=clock.now())
    session.execute(new.on_conflict_do_nothing(index_elements=["key"]))
    return session.scalars(select(GuessWindow).where(GuessWindow.key == key).with_for_update().execution_options(populate_existing=True)).one()
