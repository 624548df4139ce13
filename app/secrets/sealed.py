"""Everything that lies sealed in the database, and how it is sealed anew with the present SECRET_KEY.

A new SECRET_KEY opens what earlier ones closed as long as they stand in SECRET_KEY_FALLBACKS. Before an old one may go, all must be sealed
anew. That is done a few rows at a time, each batch a commit; whoever is stopped begins again, and what is fresh already is passed over.
When to add a line: whenever a model gets a sealed column; a test looks for seals that are not here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select, true

from app.accounts import links, second_factor
from app.accounts.sign_in_models import SecondFactor
from app.calcom import managed_users, secret_changes
from app.calcom.models import ManagedUser, SecretChange
from app.db import db, transaction
from app.desk import notes
from app.desk.models import StaffNote
from app.outbox.models import OutboxMessage
from app.outbox.topics import LETS_IN
from app.sealing import Seal

BATCH = 200


@dataclass(frozen=True)
class Place:
    """Sealed columns of one table."""

    model: Any
    columns: tuple[str, ...]
    purpose: str
    inside: str = ""
    """Of a column that holds JSON: the key under which the seal lies."""
    where: ColumnElement[bool] = field(default_factory=true)


PLACES = (
    Place(ManagedUser, ("access_token", "refresh_token"), managed_users.PURPOSE),
    Place(SecretChange, ("value", "before"), secret_changes.PURPOSE),
    Place(SecondFactor, ("secret",), second_factor.PURPOSE),
    Place(StaffNote, ("sealed",), notes.PURPOSE),
    Place(OutboxMessage, ("data",), links.SEAL_PURPOSE, inside="sealed", where=OutboxMessage.kind.in_(sorted({kind.value for kind in LETS_IN}))),
)


@dataclass
class Tally:
    """What was found in one table."""

    table: str
    fresh: int = 0
    old: int = 0
    """Sealed with an earlier key; sealed anew when that was asked for."""
    closed: int = 0
    """That no key of ours opens."""


def reseal(keys: Sequence[str], *, change: bool = True, watch: Callable[[str], None] = lambda _point: None) -> list[Tally]:
    """What is sealed, by table; with `change` all of it is sealed with the first key afterwards, but for what no key opens."""
    return [_reseal(place, Seal(keys, purpose=place.purpose), change=change, watch=watch) for place in PLACES]


def _reseal(place: Place, seal: Seal, *, change: bool, watch: Callable[[str], None]) -> Tally:
    tally = Tally(place.model.__tablename__)
    (key,) = place.model.__table__.primary_key.columns
    attribute = getattr(place.model, key.name)
    last: Any = None
    while True:
        db.session.rollback()
        wanted = select(attribute).where(place.where).order_by(attribute).limit(BATCH)
        numbers = list(db.session.scalars(wanted.where(attribute > last) if last is not None else wanted))
        db.session.rollback()
        if not numbers:
            return tally
        last = numbers[-1]
        if change:
            with transaction() as session:
                for row in session.scalars(select(place.model).where(attribute.in_(numbers)).with_for_update()):
                    _each(row, place, seal, tally, change=True)
            watch("batch")
        else:
            for row in db.session.scalars(select(place.model).where(attribute.in_(numbers))):
                _each(row, place, seal, tally, change=False)


def _each(row: Any, place: Place, seal: Seal, tally: Tally, *, change: bool) -> None:
    for column in place.columns:
        value = getattr(row, column)
        sealed = value.get(place.inside) if place.inside else value
        if not sealed:
            continue
        if seal.fresh(sealed):
            tally.fresh += 1
        elif (text := seal.open(sealed)) is None:
            tally.closed += 1
        else:
            tally.old += 1
            if change:
                closed = seal.close(text)
                setattr(row, column, value | {place.inside: closed} if place.inside else closed)
