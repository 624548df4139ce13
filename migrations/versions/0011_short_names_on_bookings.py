"""Cuts names of bookings that no index could hold together; new ones are cut when they come."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

LONGEST = {"event_type": 180, "host_email": 254, "source": 200}


def upgrade() -> None:
    """To this revision."""
    booking = sa.table("booking", *(sa.column(name, sa.Text) for name in LONGEST))
    for name, letters in LONGEST.items():
        column = booking.c[name]
        op.execute(booking.update().where(sa.func.length(column) > letters).values({name: sa.func.substr(column, 1, letters)}))


def downgrade() -> None:
    """Back from this revision: what was cut off stays so."""
