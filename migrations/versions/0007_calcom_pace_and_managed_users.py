"""The pace of an API key, shared by all processes, and the tokens of managed users."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "calcom_pace",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_calcom_pace")),
    )
    op.create_table(
        "managed_user",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("client_id", "email", "access_token", "refresh_token", "lease")),
        sa.Column("calcom_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("expires_at", "refresh_expires_at", "lease_until")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_managed_user")),
        sa.UniqueConstraint("client_id", "email", name=op.f("uq_managed_user_client_id_email")),
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("managed_user")
    op.drop_table("calcom_pace")
