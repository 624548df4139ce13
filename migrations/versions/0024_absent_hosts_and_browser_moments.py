"""Whether a host came; what happened in the browser before a booking."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """To this revision."""
    op.add_column("booking", sa.Column("host_absent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "browser_moment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visitor_hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_moment")),
    )
    op.create_index("ix_browser_moment_visitor_hash_at", "browser_moment", ["visitor_hash", "at"])
    op.create_index("ix_browser_moment_at", "browser_moment", ["at"])


def downgrade() -> None:
    """Back from this revision."""
    op.drop_index("ix_browser_moment_at", "browser_moment")
    op.drop_index("ix_browser_moment_visitor_hash_at", "browser_moment")
    op.drop_table("browser_moment")
    op.drop_column("booking", "host_absent")
