"""What besides deliveries, changes and mails belongs into a booking's story: looks at Cal.com, and acts of staff."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from app.accounts.models import AdminUser, StaffAct
from app.bookings.models import Booking, BookingFact
from app.db import db

MOST = 500


@dataclass(frozen=True)
class Read:
    """One look at Cal.com that spoke of the booking: everything that was recorded of it in one moment."""

    at: datetime
    facts: int


@dataclass(frozen=True)
class Deed:
    """Something that staff did."""

    number: int
    at: datetime
    who: str
    act: str
    detail: str


def reads(booking: Booking) -> list[Read]:
    """When Cal.com was read about this booking and something was recorded, oldest first; what only said the same again left no trace."""
    uids = booking.uids
    mine = or_(BookingFact.uid.in_(uids), BookingFact.linked_uid.in_(uids))
    # What came without a delivery is told apart here: most facts have one or none at all, and an index over that would mislead the database.
    facts = db.session.execute(select(BookingFact.recorded_at, BookingFact.id, BookingFact.inbox_id).where(mine).limit(MOST))
    moments: dict[datetime, int] = {}
    for at, _ in sorted((at, number) for at, number, delivery in facts if delivery is None):
        moments[at] = moments.get(at, 0) + 1
    return [Read(at, count) for at, count in moments.items()]


def deeds(subjects: Collection[str]) -> list[Deed]:
    """What staff did to these bookings (references) or people, oldest first."""
    query = (
        select(StaffAct, AdminUser.name, AdminUser.email)
        .outerjoin(AdminUser, AdminUser.id == StaffAct.staff_id)
        .where(StaffAct.subject.in_(subjects))
        .order_by(StaffAct.at.desc(), StaffAct.id.desc())
        .limit(MOST)
    )
    rows = db.session.execute(query).all() if subjects else []
    return [Deed(row.id, row.at, name or email or "The command line", row.act, row.detail) for row, name, email in reversed(rows)]
