"""A great many bookings in a short time, with everything that pages show beside them: for benchmarks and for tests of query plans.

Names, hosts, event types, sources and dates are skewed as in life: few names are very frequent and most are rare, hosts
have event types of their own, most meetings are over and confirmed, and the newest rows were booked last. The rows go
past the ORM; a handful of them keeps memory flat.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, islice
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa

from app.accounts.models import Customer
from app.bookings.indexing import TERMS
from app.bookings.models import Booking, BookingAddress, BookingChange, BookingFact
from app.bookings.terms import terms_of
from app.inbox.models import InboxMessage
from app.outbox.models import OutboxMessage

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BATCH = 5_000
COLUMNS = [column.name for column in TERMS.c]
YEARS = 5
FIRST = "anna ben clara david emma felix greta hugo ines jonas kira leon mia noah olga paul quentin rosa sami tara uwe vera willi xenia yann zoe"
SYLLABLES = "al an ber bach der dorf el fel gar hei hof in jan kel lan mann mar ner ol pet quin ra schmi stein tor ul ver wal xan yil zim"
DOMAINS = ("gmail.com", "example.org", "example.net", "mail.example.com", "firm.example", "school.example", "post.example")
SOURCES = (
    "", "/book", "/book/host0/type0", "/consultation", "/book?utm_source=newsletter", "/consultation?utm_source=spring&utm_medium=ads",
    "/book?referrer=search.example", "/book/host1/type1/times", "/book?utm_source=partner&referrer=blog.example", "/consultation?utm_source=rare",
)  # fmt: skip
STATUSES = {"confirmed": 830, "cancelled": 110, "rejected": 20, "pending": 25, "awaiting_payment": 15}
PAYMENTS = {"none": 800, "paid": 170, "due": 20, "refunded": 10}


class Pool:
    """Things of which the first come up often and the last hardly ever."""

    def __init__(self, things: Sequence[str], *, steepness: float = 1.0) -> None:
        self.things = things
        self._weights = list(accumulate(1 / (rank + 1) ** steepness for rank in range(len(things))))

    def one(self, chance: random.Random) -> str:
        """One of them."""
        return chance.choices(self.things, cum_weights=self._weights)[0]


def pools(chance: random.Random) -> tuple[Pool, Pool]:
    """First names and family names."""
    syllables = SYLLABLES.split()
    firsts = [*FIRST.split(), *("".join(chance.sample(syllables, 2)) for _ in range(400))]
    families = list(dict.fromkeys("".join(chance.sample(syllables, chance.choice((2, 3)))) for _ in range(12_000)))
    return Pool(firsts, steepness=0.9), Pool(families, steepness=0.7)


def fill(engine: sa.Engine, number: int, *, now: datetime, seed: int = 7) -> None:
    """So many bookings in empty tables, each with address, fact, history, delivery and mails; statistics are brought up to date."""
    quick = engine.dialect.name == "sqlite"
    models = (Customer, InboxMessage, Booking, BookingAddress, BookingFact, BookingChange, OutboxMessage)
    tables = {model.__tablename__: cast(sa.Table, model.__table__) for model in models}
    engine.dispose()
    with engine.connect() as connection:
        if quick:
            driver: Any = connection.connection.driver_connection
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=FILE", "foreign_keys=OFF"):
                driver.execute(f"PRAGMA {pragma}")
        indexes = [index for table in [*tables.values(), TERMS] for index in table.indexes]
        for index in indexes:
            index.drop(connection)
        collation = "" if quick else 'COLLATE "C"'
        connection.exec_driver_sql(f'CREATE TABLE loading (term TEXT {collation}, start BIGINT, booking_id BIGINT, "end" BIGINT)')
        people = list(_people(max(10, number // 3), seed=seed))
        _load(connection, tables["customer"], _customers(people, now=now))
        made = _bookings(number, people, now=now, seed=seed)
        while batch := list(islice(made, BATCH)):
            _load(connection, tables["booking"], batch)
            _copy(connection, "loading", COLUMNS, (row for values in batch for row in _terms(values)))
        for name, values in _beside(tables["booking"], now=now):
            _derive(connection, tables[name], values)
        loading = sa.table("loading", *(sa.column(name) for name in COLUMNS))
        connection.execute(sa.insert(TERMS).from_select(COLUMNS, sa.select(loading).order_by(*loading.c)))
        connection.exec_driver_sql("DROP TABLE loading")
        for index in indexes:
            index.create(connection)
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables if not quick else ():
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {number * 3})")
        connection.exec_driver_sql("ANALYZE" if quick else "VACUUM ANALYZE")
    engine.dispose()


def _people(number: int, *, seed: int) -> Iterator[tuple[str, str]]:
    """Name and address of each customer."""
    chance = random.Random(seed)
    firsts, families = pools(chance)
    for each in range(number):
        first, family = firsts.one(chance), families.one(chance)
        yield f"{first.title()} {family.title()}", f"{first}.{family}{each}@{DOMAINS[min(chance.randrange(12), len(DOMAINS) - 1)]}"


def _customers(people: Sequence[tuple[str, str]], *, now: datetime) -> Iterator[dict[str, Any]]:
    for number, (name, email) in enumerate(people, start=1):
        yield {"id": number, "email": email, "name": name, "time_zone": "Europe/Berlin", "locale": "de", "created_at": now}


def _bookings(number: int, people: Sequence[tuple[str, str]], *, now: datetime, seed: int) -> Iterator[dict[str, Any]]:
    """The columns of each booking, in the order in which they were made."""
    chance, span = random.Random(seed), timedelta(days=365 * YEARS)
    hosts, types = Pool([f"host{each}" for each in range(24)], steepness=0.6), Pool([f"type{each}" for each in range(14)], steepness=0.8)
    sources, coming = Pool(SOURCES, steepness=0.9), list(accumulate(STATUSES.values()))
    for each in range(1, number + 1):
        made_at = now - span * (1 - each / number)
        start = made_at + timedelta(minutes=15 * int(min(90 * 96, chance.expovariate(1 / 900))) + 30)
        start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
        who = int(len(people) * chance.random() ** 2)
        (name, email), host, slug, which = people[who], hosts.one(chance), types.one(chance), chance.random()
        ended = "confirmed" if which < 0.87 else "cancelled" if which < 0.98 else "rejected"
        status = chance.choices(tuple(STATUSES), cum_weights=coming)[0] if start > now else ended
        payment = "due" if status == "awaiting_payment" else "none" if which < 0.8 else "paid" if which < 0.99 else "refunded"
        reference = "".join(chance.choices(ALPHABET, k=3)) + _in_base(each)
        yield {
            "id": each, "reference": reference, "status": status, "payment": payment, "moved": int(which * 100 % 1 < 0.08), "event_type": slug,
            "title": f"Talk about {slug} between {host.title()} and {name}", "start": start, "end": start + timedelta(minutes=(15, 30, 30, 60)[each % 4]),
            "host_email": f"{host}@example.com", "host_name": host.title(), "host_time_zone": "Europe/Berlin", "booker_name": name, "booker_email": email,
            "booker_time_zone": "Europe/Berlin", "booker_locale": "de", "location": "integrations:daily", "meeting_url": f"https://meet.example.com/{reference}",
            "attendees": [{"name": name, "email": email, "time_zone": "Europe/Berlin", "locale": "de", "state": "attending"}],
            "answers": {"notes": {"label": "Notes", "value": "What we talked about last time.", "hidden": False}}, "metadata": {"frontdesk_source": "/book"},
            "ical_uid": f"uid{each}@Cal.com", "source": sources.one(chance), "customer_id": who + 1, "change_count": 2,
            "booked_at": made_at, "created_at": made_at, "updated_at": made_at,
        }  # fmt: skip


def _terms(values: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    begin, end = int(values["start"].timestamp()), int(values["end"].timestamp())
    return [(term, begin, values["id"], end) for term in terms_of(cast(Booking, SimpleNamespace(**values)))]


def _beside(booking: sa.Table, *, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """What pages show beside a booking: the table, and its columns as they follow from the booking's."""
    number, at = booking.c.id, booking.c.created_at
    key, uid = sa.cast(number, sa.Text), "uid" + sa.cast(number, sa.Text)
    yield "inbox_message", {
        "id": number, "digest": key, "received_at": at, "body": b'{"triggerEvent": "BOOKING_CREATED", "payload": {}}', "due_at": at,
        "trigger": "BOOKING_CREATED", "state": sa.case((number % 1999 == 0, "dead"), else_="processed"), "booking_id": number, "processed_at": at,
    }  # fmt: skip
    yield "booking_address", {"id": number, "uid": uid, "booking_id": number, "position": 0}
    yield "booking_fact", {"id": number, "digest": key, "uid": uid, "kind": "confirmed", "at": at, "inbox_id": number, "recorded_at": at}
    line = {"booking_id": number, "at": at, "actor": "cal.com", "cause": "BOOKING_CREATED", "inbox_id": number, "salt": "", "values_digest": "", "hash": ""}
    yield "booking_change", {"id": number * 2 - 1, "number": 1, "field": "status", "new": "confirmed", **line}
    yield "booking_change", {"id": number * 2, "number": 2, "field": "title", "new": "Talk", **line}
    mail = {"recipient": booking.c.booker_email, "booking_id": number, "due_at": at, "created_at": at, "sent_at": at}
    state = sa.case((number % 997 == 0, "dead"), (booking.c.start > sa.literal(now, booking.c.start.type), "planned"), else_="sent")
    due: Any = sa.case((booking.c.start > sa.literal(now, booking.c.start.type), booking.c.start), else_=at)
    late = {"state": state, "due_at": due}
    yield "outbox_message", {"id": number * 2 - 1, "key": "c" + key, "kind": "confirmation", "message_id": "<c" + key + "@x>", "state": "sent", **mail}
    yield "outbox_message", {"id": number * 2, "key": "r" + key, "kind": "reminder_24h", "message_id": "<r" + key + "@x>", **mail} | late


def _derive(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> None:
    """A row for each booking, with the model's own defaults for what the values leave out."""
    whole = values | {column.name: _default(column) for column in table.c if column.name not in values}
    said = [value if isinstance(value, sa.ColumnElement) else sa.literal(value, table.c[name].type) for name, value in whole.items()]
    connection.execute(sa.insert(table).from_select([table.c[name] for name in whole], sa.select(*said).select_from(Booking.__table__).order_by(Booking.id)))


def _in_base(number: int) -> str:
    digits = ""
    for _ in range(5):
        number, rest = divmod(number, len(ALPHABET))
        digits += ALPHABET[rest]
    return digits


def _load(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    """The rows, with the model's own defaults for what they leave out."""
    ready = iter(rows)
    first = next(ready)
    missing = {column.name: _default(column) for column in table.c if column.name not in first}
    rest = [_plain(value, text=True) for value in missing.values()]
    text = connection.dialect.name == "sqlite"
    _copy(connection, table.name, [*first, *missing], ([*(_plain(value, text=text) for value in row.values()), *rest] for row in (first, *ready)))


def _default(column: sa.Column[Any]) -> Any:
    default = cast(Any, column.default)
    if default is None:
        return None
    return default.arg(None) if callable(default.arg) else default.arg


def _plain(value: Any, *, text: bool) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")[:26] if text else value
    return json.dumps(value) if isinstance(value, dict | list) else value


def _copy(connection: sa.Connection, table: str, names: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
    columns = list(names)
    quoted = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608 -- the names are our own
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
