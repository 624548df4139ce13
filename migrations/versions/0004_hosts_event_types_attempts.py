"""What can be booked (hosts, event types, the names they had before), forms that were sent, and the calendar of a booking."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "host",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("calcom_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host")),
        sa.UniqueConstraint("kind", "calcom_id", name=op.f("uq_host_kind_calcom_id")),
    )
    op.create_index("ix_host_username", "host", ["username"])
    op.create_table(
        "event_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calcom_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("slug", "title", "description")),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("lengths", sa.JSON(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("metadata", "booking_fields", "locations", "destination", "working_hours", "overrides")),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("minimum_notice", sa.Integer(), nullable=False),
        sa.Column("window", sa.JSON(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("recurrence", sa.JSON(), nullable=False),
        sa.Column("confirms_first", sa.Boolean(), nullable=False),
        sa.Column("needs_page", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Text(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("booking_url", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_event_type_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_type")),
        sa.UniqueConstraint("calcom_id", name=op.f("uq_event_type_calcom_id")),
    )
    op.create_index("ix_event_type_host_id_slug", "event_type", ["host_id", "slug"])
    op.create_table(
        "former_username",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_former_username_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_username")),
        sa.UniqueConstraint("username", name=op.f("uq_former_username_username")),
    )
    op.create_table(
        "former_slug",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("event_type_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_type_id"], ["event_type.id"], name=op.f("fk_former_slug_event_type_id_event_type")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_former_slug_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_slug")),
        sa.UniqueConstraint("host_id", "slug", name=op.f("uq_former_slug_host_id_slug")),
    )
    op.create_table(
        "booking_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("token", "outcome", "why", "state")),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_attempt")),
        sa.UniqueConstraint("token", name=op.f("uq_booking_attempt_token")),
    )
    op.create_index("ix_booking_attempt_started_at", "booking_attempt", ["started_at"])
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("calendar", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("booking") as batch:
        batch.alter_column("calendar", server_default=None)


def downgrade() -> None:
    """Back from this revision."""
    with op.batch_alter_table("booking") as batch:
        batch.drop_column("calendar")
    op.drop_table("booking_attempt")
    op.drop_table("former_slug")
    op.drop_table("former_username")
    op.drop_table("event_type")
    op.drop_table("host")
