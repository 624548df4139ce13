"""Comparisons with Cal.com as rows; since when a booking is missing there."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TEXTS = ("kind", "cause", "state", "step", "note", "error", "owner", "token")
NUMBERS = ("requests", "created", "changed", "same", "gone", "ignored", "unreadable")
MOMENTS = ("since", "seen_updated_at", "seen_created_at", "started_at", "heartbeat_at", "ended_at")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.Column("verified", sa.Integer(), nullable=True),
        sa.Column("verified_of", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in MOMENTS),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    op.create_index("ix_sync_run_state", "sync_run", ["state"])
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back from this revision."""
    with op.batch_alter_table("booking") as batch:
        batch.drop_column("missing_since")
    op.drop_index("ix_sync_run_state", "sync_run")
    op.drop_table("sync_run")
