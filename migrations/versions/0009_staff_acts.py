"""What staff did, as a chain, and its head."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INDEXES = {
    "ix_staff_act_at_id": ["at", "id"],
    "ix_staff_act_staff_id_at_id": ["staff_id", "at", "id"],
    "ix_staff_act_act_at_id": ["act", "at", "id"],
    "ix_staff_act_subject_at_id": ["subject", "at", "id"],
}


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "staff_act",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("act", "subject", "detail", "hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_act")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "staff_act", columns)
    op.create_table(
        "staff_act_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_act_head")),
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("staff_act_head")
    for name in INDEXES:
        op.drop_index(name, "staff_act")
    op.drop_table("staff_act")
