"""What staff write down about bookings and people."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class StaffNote(Model):
    """A note of one staff member on a booking or on a person. The text is sealed: a copied database tells nothing of it."""

    __tablename__ = "staff_note"
    __table_args__ = (
        CheckConstraint("(booking_id IS NULL) <> (customer_id IS NULL)", name="one_subject"),
        Index("ix_staff_note_booking_id_id", "booking_id", "id"),
        Index("ix_staff_note_customer_id_id", "customer_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("admin_user.id"))
    sealed: Mapped[str]
    """The text, closed by `sealing.py`."""
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
