"""Where the account has drifted from its file, when somebody last looked, and what was changed in the editor."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """To this revision."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "calcom_drift",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "key", "field", "says")),
        sa.Column("since", moment, nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "field", name=op.f("pk_calcom_drift")),
    )
    op.create_table(
        "calcom_look",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calcom_look")),
    )
    op.create_table(
        "calcom_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("staff_id", "undoes")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("slug", "outcome")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("before", "after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calcom_edit")),
    )
    op.create_index(op.f("ix_calcom_edit_at"), "calcom_edit", ["at"])


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("calcom_edit")
    op.drop_table("calcom_look")
    op.drop_table("calcom_drift")
