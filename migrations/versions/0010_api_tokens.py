"""Tokens for owners' scripts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """To this revision."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "digest", "hint")),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        *(sa.Column(name, moment, nullable=True) for name in ("expires_at", "revoked_at", "last_used_at")),
        sa.ForeignKeyConstraint(["staff_id"], ["admin_user.id"], name=op.f("fk_api_token_staff_id_admin_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index("ix_api_token_staff_id", "api_token", ["staff_id"])


def downgrade() -> None:
    """Back from this revision."""
    op.drop_index("ix_api_token_staff_id", "api_token")
    op.drop_table("api_token")
