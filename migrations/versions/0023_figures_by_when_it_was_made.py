"""Reports count how long before a meeting it was booked by when that was, not by when we heard of it."""

from alembic import op

revision = "0023"
down_revision = "0022"

COLUMNS = ["start", "end", "status", "event_type", "host_email", "source", "alias_of_id"]


def upgrade() -> None:
    """To this revision."""
    op.drop_index("ix_booking_figures", "booking")
    op.create_index("ix_booking_figures", "booking", [*COLUMNS[:-1], "booked_at", COLUMNS[-1]])


def downgrade() -> None:
    """Back from this revision."""
    op.drop_index("ix_booking_figures", "booking")
    op.create_index("ix_booking_figures", "booking", [*COLUMNS[:-1], "created_at", COLUMNS[-1]])
