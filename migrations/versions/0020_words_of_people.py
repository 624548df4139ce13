"""Words by which people are found, and a person's bookings in order of time."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0020"
down_revision = "0019"

BATCH = 2000
LONGEST = 100
TERM = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = re.compile(r"[^\W_]+")
EDGE = ".,;:!?()[]<>\"'+-_@"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "person_term",
        sa.Column("term", TERM, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_person_term_customer_id_customer")),
        sa.PrimaryKeyConstraint("term", "customer_id", name=op.f("pk_person_term")),
        sqlite_with_rowid=False,
    )
    _fill(op.get_bind())
    op.create_index("ix_person_term_customer_id_term", "person_term", ["customer_id", "term"])
    op.create_index("ix_booking_customer_id_start_id", "booking", ["customer_id", "start", "id"])
    op.drop_index("ix_booking_customer_id", "booking")


def downgrade() -> None:
    """Back from this revision."""
    op.create_index("ix_booking_customer_id", "booking", ["customer_id"])
    op.drop_index("ix_booking_customer_id_start_id", "booking")
    op.drop_table("person_term")


def _fill(connection: sa.Connection) -> None:
    """From every booking, in batches: the names and addresses under which people booked."""
    booking = sa.table("booking", *(sa.column(name) for name in ("id", "customer_id", "booker_name", "booker_email")))
    target = sa.table("person_term", sa.column("term"), sa.column("customer_id"))
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    once = insert(target).on_conflict_do_nothing(index_elements=["term", "customer_id"])
    query = sa.select(booking).where(booking.c.customer_id.is_not(None)).order_by(booking.c.id).limit(BATCH)
    rows = connection.execute(query).mappings().all()
    while rows:
        found = {(word, row["customer_id"]) for row in rows for word in _words_of(row)}
        if found:
            connection.execute(once, [{"term": term, "customer_id": number} for term, number in sorted(found)])
        rows = connection.execute(query.where(booking.c.id > rows[-1]["id"])).mappings().all()


def _words_of(row: Any) -> Iterator[str]:
    name, email = _folded(row["booker_name"] or ""), _folded((row["booker_email"] or "").strip())
    words = [*WORD.findall(name), *(token.strip(EDGE) for token in name.split() if "." in token.strip(EDGE))]
    local, at, domain = email.rpartition("@")
    if at:
        labels = domain.split(".")
        words += [email, *WORD.findall(local), *(".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))]
    yield from (word[:LONGEST] for word in words if word)


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()
