"""Every booking stands once in the order in which bookings were made."""

from alembic import op

revision = "0022"
down_revision = "0021"

MOMENT = {"sqlite": "substr(booking.booked_at, 1, 19)", "postgresql": "to_char(booking.booked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"}


def upgrade() -> None:
    """To this revision."""
    moment = MOMENT[op.get_bind().dialect.name]
    op.execute(f"""INSERT INTO booking_term (term, start, booking_id, "end")
        SELECT 'b:' || {moment}, booking_term.start, booking_term.booking_id, booking_term."end"
        FROM booking_term JOIN booking ON booking.id = booking_term.booking_id WHERE booking_term.term = 'a:' ORDER BY 1, 2, 3""")  # noqa: S608 -- our own words


def downgrade() -> None:
    """Back from this revision."""
    op.execute("DELETE FROM booking_term WHERE term >= 'b:' AND term < 'b;'")
