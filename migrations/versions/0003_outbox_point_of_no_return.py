"""What a worker leaves behind at the point of no return, the pause while a mail server is away, an index over what waits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WAITING = sa.text("state IN ('planned', 'retrying')")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "outbox_pause",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_outbox_pause")),
    )
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("unsure", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("outbox_message") as batch:
        batch.alter_column("crashes", server_default=None)
        batch.alter_column("unsure", server_default=None)
    op.create_index("ix_outbox_message_waiting", "outbox_message", ["due_at", "id"], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    """Back from this revision."""
    op.drop_index("ix_outbox_message_waiting", "outbox_message", sqlite_where=WAITING, postgresql_where=WAITING)
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_column("handed_over_at")
        batch.drop_column("unsure")
        batch.drop_column("crashes")
    op.drop_table("outbox_pause")
