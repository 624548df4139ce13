"""Bookings know when they were made, also those that a comparison found long afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """To this revision; of bookings that are here already the earliest fact tells."""
    op.add_column("booking", sa.Column("booked_at", sa.DateTime(timezone=True)))
    op.execute("""UPDATE booking SET booked_at = coalesce((
        SELECT min(booking_fact.at) FROM booking_fact JOIN booking_address ON booking_address.uid = booking_fact.uid
            AND booking_address.seat = booking_fact.seat WHERE booking_address.booking_id = booking.id), created_at)""")
    with op.batch_alter_table("booking") as booking:
        booking.alter_column("booked_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    """Back from this revision."""
    with op.batch_alter_table("booking") as booking:
        booking.drop_column("booked_at")
