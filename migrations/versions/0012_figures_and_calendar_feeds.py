"""Indexes that hold all that reports count by, so that weeks are counted without reading rows; secret calendar addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

COLUMNS = ["start", "end", "status", "event_type", "host_email", "source", "created_at", "alias_of_id"]
NO_SHOW = sa.text("""replace(CAST(attendees AS TEXT), '"state": "no_show"', '') <> CAST(attendees AS TEXT)""")


def upgrade() -> None:
    """To this revision."""
    op.create_index("ix_booking_figures", "booking", COLUMNS)
    op.create_index("ix_booking_no_show_start", "booking", ["start"], sqlite_where=NO_SHOW, postgresql_where=NO_SHOW)
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["admin_user.id"], name="fk_calendar_feed_staff_id_admin_user"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feed"),
        sa.UniqueConstraint("staff_id", name="uq_calendar_feed_staff_id"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feed_token_hash"),
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("calendar_feed")
    op.drop_index("ix_booking_no_show_start", "booking", sqlite_where=NO_SHOW, postgresql_where=NO_SHOW)
    op.drop_index("ix_booking_figures", "booking")
