"""Sessions of staff as rows, single-use links, second factors, recovery codes, wrong guesses."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """To this revision. Everybody signs in anew: until now a session had no row."""
    op.drop_column("admin_user", "session_version")
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer(), nullable=False),
        _staff(),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("token_hash", "stage", "how", "device", "network")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("begun_at", "seen_at")),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["admin_user.id"], name=op.f("fk_staff_session_staff_id_admin_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    op.create_index("ix_staff_session_staff_id_seen_at", "staff_session", ["staff_id", "seen_at"])
    op.create_table(
        "staff_link",
        sa.Column("id", sa.Integer(), nullable=False),
        _staff(),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("purpose", "token_hash")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("made_at", "expires_at")),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["admin_user.id"], name=op.f("fk_staff_link_staff_id_admin_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_link_token_hash")),
    )
    op.create_index("ix_staff_link_staff_id_purpose", "staff_link", ["staff_id", "purpose"])
    op.create_table(
        "second_factor",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("secret", "pending")),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["admin_user.id"], name=op.f("fk_second_factor_staff_id_admin_user")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        _staff(),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["admin_user.id"], name=op.f("fk_recovery_code_staff_id_admin_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"])
    op.create_table(
        "guess_window",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("moments", sa.JSON(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_guess_window")),
    )
    op.create_index("ix_guess_window_last_at", "guess_window", ["last_at"])
    op.create_table(
        "failed_sign_in",
        sa.Column("act_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_failed_sign_in")),
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("failed_sign_in")
    op.drop_index("ix_guess_window_last_at", "guess_window")
    op.drop_table("guess_window")
    op.drop_index("ix_recovery_code_staff_id", "recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_index("ix_staff_link_staff_id_purpose", "staff_link")
    op.drop_table("staff_link")
    op.drop_index("ix_staff_session_staff_id_seen_at", "staff_session")
    op.drop_table("staff_session")
    op.add_column("admin_user", sa.Column("session_version", sa.Integer(), server_default="1", nullable=False))


def _staff() -> sa.Column[int]:
    return sa.Column("staff_id", sa.Integer(), nullable=False)
