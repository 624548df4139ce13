"""Secrets that were made new while the site runs."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "secret_change",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "state", "value", "before", "note")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("retiring", "retired")),
        sa.Column("overlap_seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("set_at", "proven_at", "drop_at", "expires_at")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret_change")),
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("secret_change")
