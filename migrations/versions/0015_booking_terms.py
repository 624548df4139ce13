"""Terms of every booking, by which lists are narrowed, searched and ordered.

What is there already is read in batches and written in the order of the index, so that memory stays flat and a million
bookings take minutes and not hours.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BATCH = 2000
TERM = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NAMES = ("term", "start", "booking_id", "end")
READ = (
    "id", "reference", "status", "payment", "event_type", "title", "start", "end", "host_email", "host_name", "booker_name", "booker_email",
    "attendees", "source", "alias_of_id",
)  # fmt: skip
LONGEST = 100
GUESTS = 10
WORD = re.compile(r"[^\W_]+")
EDGE = ".,;:!?()[]<>\"'+-_@"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "booking_term",
        sa.Column("term", TERM, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*NAMES, name=op.f("pk_booking_term")),
        sqlite_with_rowid=False,
    )
    _fill(op.get_bind())
    op.create_index("ix_booking_term_booking_id_term", "booking_term", ["booking_id", "term", "start", "end"])


def downgrade() -> None:
    """Back from this revision."""
    op.drop_table("booking_term")


def _fill(connection: sa.Connection) -> None:
    """From every booking that shows: first as they come, then sorted by the database itself."""
    booking = sa.table("booking", *(sa.column(name) for name in READ))
    loading = sa.table("booking_term_loading", *(sa.column(name) for name in NAMES))
    query = sa.select(booking).where(booking.c.alias_of_id.is_(None)).order_by(booking.c.id).limit(BATCH)
    rows = connection.execute(query).mappings().all()
    if not rows:
        return
    op.create_table("booking_term_loading", sa.Column("term", TERM), *(sa.Column(name, sa.BigInteger()) for name in NAMES[1:]))
    while rows:
        connection.execute(sa.insert(loading), [dict(zip(NAMES, found, strict=True)) for row in rows for found in _rows_of(row)])
        rows = connection.execute(query.where(booking.c.id > rows[-1]["id"])).mappings().all()
    target = sa.table("booking_term", *(sa.column(name) for name in NAMES))
    connection.execute(sa.insert(target).from_select(list(NAMES), sa.select(loading).order_by(*loading.c)))
    op.drop_table("booking_term_loading")


def _rows_of(row: Any) -> Iterator[tuple[str, int, int, int]]:
    begin, end = _seconds(row["start"]), _seconds(row["end"])
    for term in _terms_of(row):
        yield term, begin, row["id"], end


def _seconds(value: Any) -> int:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


def _term(kind: str, value: str) -> str:
    return (kind + value.replace("\x00", ""))[:LONGEST]


def _terms_of(row: Any) -> set[str]:
    found = {
        "a:",
        _term("s:", row["status"]),
        _term("h:", (row["host_email"] or "").strip().lower()),
        _term("t:", row["event_type"] or ""),
        _term("g:", _folded(row["booker_name"] or row["booker_email"] or "")),
        *(_term("o:", origin) for origin in _origins(row["source"] or "")),
        *(_term("w:", word) for word in _words_of(row)),
    }
    if row["payment"] and row["payment"] != "none":
        found.add(_term("p:", row["payment"]))
    return found


def _origins(source: str) -> list[str]:
    if not source:
        return ["elsewhere"]
    try:
        parts = urlsplit(source)
    except ValueError:
        return ["elsewhere"]
    said = dict(parse_qsl(parts.query))
    named = (("campaign:", said.get("utm_source", "").strip().lower()), ("site:", said.get("referrer", "").strip().lower()), ("page:", parts.path))
    return [kind + value for kind, value in named if value] or ["elsewhere"]


def _words_of(row: Any) -> Iterator[str]:
    yield _folded(row["reference"])
    yield from _words(row["booker_name"] or "")
    yield from _address(row["booker_email"] or "")
    yield from _words((row["title"] or "").removesuffix(f" between {row['host_name']} and {row['booker_name']}"))
    people = row["attendees"]
    people = json.loads(people) if isinstance(people, str) else people
    for person in [each for each in (people or []) if isinstance(each, dict)][:GUESTS]:
        yield from _words(str(person.get("name") or ""))
        yield from _address(str(person.get("email") or ""))


def _words(text: str) -> Iterator[str]:
    plain = _folded(text)
    yield from WORD.findall(plain)
    yield from (trimmed for token in plain.split() if "." in (trimmed := token.strip(EDGE)))


def _address(email: str) -> Iterator[str]:
    plain = _folded(email.strip())
    local, at, domain = plain.rpartition("@")
    if not at:
        return
    yield plain
    yield from WORD.findall(local)
    labels = domain.split(".")
    yield from (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
