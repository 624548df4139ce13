"""Why a person gets no more mails of a sequence: they left it, or they have booked again."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.accounts import opt_outs
from app.bookings.models import Booking, Status

LIVE = (Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED)
UNSUBSCRIBED = "unsubscribed"
BOOKED_AGAIN = "booked again"


def left(session: Session, booking: Booking, sequence: str, since: datetime) -> str:
    """The reason in words, for a sequence that began with this booking's end at `since`; empty when there is none.

    Asked when the mail is planned and again when it is about to go out, because people book and leave in between.
    """
    gone = opt_outs.has_left(session, email=booking.booker_email, sequence=sequence)
    if gone is not None:
        return f"{UNSUBSCRIBED}: this person wants no more mails of this kind (since {gone.at:%Y-%m-%d})"
    again = select(Booking.reference).where(
        Booking.customer_id == booking.customer_id,
        Booking.id != booking.id,
        Booking.alias_of_id.is_(None),
        Booking.status.in_(LIVE),
        or_(Booking.start > max(clock.now(), since), Booking.created_at >= since),
    )
    other = session.scalar(again.order_by(Booking.start, Booking.id).limit(1))
    return f"{BOOKED_AGAIN}: {other}" if other else ""
