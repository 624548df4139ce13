"""One press of "Book" on our own form."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Outcome(StrEnum):
    """What became of it."""

    ASKING = "asking"
    """Cal.com has been asked and has not answered yet, or we were stopped before we heard it."""
    BOOKED = "booked"
    REFUSED = "refused"
    """Never stored: a refused attempt is withdrawn, so that the form can be sent again."""
    UNSURE = "unsure"
    """Nobody knows whether Cal.com took it."""


class BookingAttempt(Model):
    """A form that was sent: however often its button is pressed, Cal.com is asked once."""

    __tablename__ = "booking_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of what the form carries."""
    outcome: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    """The kind of refusal."""
    state: Mapped[str] = mapped_column(default="")
    """What the success page should expect: `confirmed`, `pending` or `due`."""
    started_at: Mapped[datetime] = mapped_column(index=True)
