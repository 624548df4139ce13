"""What is wrong now and since when, how old secrets are, what the last examination found."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "alarm",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("good_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("cause", name=op.f("pk_alarm")),
    )
    op.create_table(
        "secret_seen",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_secret_seen")),
    )
    op.create_table(
        "examination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examination")),
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("examination")
    op.drop_table("secret_seen")
    op.drop_table("alarm")
