"""Notes of staff on bookings and people."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """To this revision."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "staff_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("edited_at", moment, nullable=True),
        sa.CheckConstraint("(booking_id IS NULL) <> (customer_id IS NULL)", name=op.f("ck_staff_note_one_subject")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_staff_note_booking_id_booking")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_staff_note_customer_id_customer")),
        sa.ForeignKeyConstraint(["author_id"], ["admin_user.id"], name=op.f("fk_staff_note_author_id_admin_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_note")),
    )
    op.create_index("ix_staff_note_booking_id_id", "staff_note", ["booking_id", "id"])
    op.create_index("ix_staff_note_customer_id_id", "staff_note", ["customer_id", "id"])


def downgrade() -> None:
    """Back from this revision."""
    op.drop_index("ix_staff_note_customer_id_id", "staff_note")
    op.drop_index("ix_staff_note_booking_id_id", "staff_note")
    op.drop_table("staff_note")
