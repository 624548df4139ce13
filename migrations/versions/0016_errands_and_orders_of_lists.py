"""Long work as rows; indexes in the order in which deliveries and mails are listed; what a comparison repaired."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

INDEXES = {
    "ix_inbox_message_received_at_id": ("inbox_message", ["received_at", "id"]),
    "ix_inbox_message_state_received_at_id": ("inbox_message", ["state", "received_at", "id"]),
    "ix_inbox_message_trigger_received_at_id": ("inbox_message", ["trigger", "received_at", "id"]),
    "ix_inbox_message_subscription_received_at_id": ("inbox_message", ["subscription", "received_at", "id"]),
    "ix_outbox_message_state_id": ("outbox_message", ["state", "id"]),
    "ix_outbox_message_kind_id": ("outbox_message", ["kind", "id"]),
    "ix_outbox_message_recipient_id": ("outbox_message", ["recipient", "id"]),
    "ix_booking_fact_inbox_id": ("booking_fact", ["inbox_id"]),
}
OLD = ("ix_inbox_message_state_due_at_id", "inbox_message", ["state", "due_at", "id"])


def upgrade() -> None:
    """To this revision."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "errand",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "cause", "state", "error", "token")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("what", "counts")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("cursor", "done")),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        *(sa.Column(name, moment, nullable=True) for name in ("started_at", "heartbeat_at", "ended_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    op.create_index("ix_errand_kind_id", "errand", ["kind", "id"])
    op.create_index("ix_errand_state", "errand", ["state"])
    op.add_column("sync_run", sa.Column("repaired", sa.JSON(), nullable=True))
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    op.drop_index(OLD[0], OLD[1])


def downgrade() -> None:
    """Back from this revision."""
    op.create_index(*OLD)
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
    with op.batch_alter_table("sync_run") as batch:
        batch.drop_column("repaired")
    op.drop_table("errand")
