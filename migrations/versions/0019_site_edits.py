"""Changes of the site file made on a page, drafts of such changes, and what a new owner has put aside."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """To this revision."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "site_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("who", "what", "before", "after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_edit")),
    )
    op.create_index("ix_site_edit_at_id", "site_edit", ["at", "id"])
    op.create_table(
        "site_draft",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_site_draft")),
    )
    op.create_table(
        "first_step",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("put_aside_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_first_step")),
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("first_step")
    op.drop_table("site_draft")
    op.drop_table("site_edit")
