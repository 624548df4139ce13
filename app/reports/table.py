"""Bookings as rows of a table, for programs that know nothing of ours: one row a booking, the columns always the same.

All rows come out of one question to the database, so that they are of one moment however long the reading takes, and
come as they are read, so that a million of them need no more memory than ten. Times stand twice: on the owner's clocks,
as people and spreadsheets read them, and in UTC, because one hour of a year exists twice on the owner's.

Uids and meeting links (which hold them) stay here: who knows a uid can move and cancel at Cal.com.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.engine import Engine

from app import clock
from app.bookings.models import Booking, Status
from app.bookings.question import Filters, narrowed
from app.db import db
from app.hosts.models import EventType
from app.timing import zone_of

Cell = str | int | datetime
"""A datetime has no zone: it is what the owner's clock shows."""

BATCH = 500
MOST_QUESTIONS = 60
ELSEWHERE = frozenset({"name", "email", "location", "guests", "title", "rescheduleReason"})
"""Questions whose answers have columns of their own."""

COLUMNS = (
    "Number", "Status", "Payment", "Moved", "Event type", "Title", "Start", "End", "Time zone", "Start (UTC)", "End (UTC)", "Host", "Host e-mail",
    "Name", "E-mail", "Their time zone", "Guests", "Did not come", "Place", "Reason", "Source", "First seen", "Other answers",
)  # fmt: skip
READ = (
    Booking.reference, Booking.status, Booking.payment, Booking.moved, Booking.event_type, Booking.title, Booking.start, Booking.end,
    Booking.host_name, Booking.host_email, Booking.booker_name, Booking.booker_email, Booking.booker_time_zone, Booking.attendees,
    Booking.location, Booking.reason, Booking.source, Booking.booked_at, Booking.answers,
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question of a booking form, as a column."""

    slug: str
    label: str


def heading(questions: Sequence[Question]) -> list[str]:
    """The names of the columns."""
    return [*COLUMNS, *(question.label for question in questions)]


def known_questions(*, event_type: str = "") -> list[Question]:
    """The questions of all booking forms (or of one event type's), by first sight; answers to others share one column."""
    query = select(EventType.booking_fields).where(EventType.removed_at.is_(None)).order_by(EventType.position, EventType.id)
    found: dict[str, str] = {}
    for fields in db.session.scalars(query.where(EventType.slug == event_type) if event_type else query):
        for field in fields or ():
            slug = str(field.get("slug") or "")
            if slug and slug not in ELSEWHERE and not field.get("hidden") and len(found) < MOST_QUESTIONS:
                found.setdefault(slug, str(field.get("label") or slug))
    twice = {label for label in found.values() if list(found.values()).count(label) > 1}
    return [Question(slug, f"{label} ({slug})" if label in twice or label in COLUMNS else label) for slug, label in found.items()]


def rows(filters: Filters, *, zone: str, questions: Sequence[Question]) -> Iterator[list[Cell]]:
    """Every booking that the filters let through, by start. Ending the iteration early ends the question as well.

    What is needed of the app is taken now; the rows may be read when the request is long over.
    """
    every: Any = select(*READ)
    query = narrowed(every, filters).order_by(Booking.start, Booking.id)
    return _read(db.engine, query, zone=zone, questions=questions)


def _read(engine: Engine, query: Select[Any], *, zone: str, questions: Sequence[Question]) -> Iterator[list[Cell]]:
    now, there = clock.now(), zone_of(zone)
    with engine.connect().execution_options(yield_per=BATCH) as connection, connection.execute(query) as found:
        for row in found:
            yield _cells(row, now=now, zone=there, zone_name=zone, questions=questions)


def _cells(row: Row[Any], *, now: datetime, zone: tzinfo, zone_name: str, questions: Sequence[Question]) -> list[Cell]:
    over = row.status == Status.CONFIRMED and row.end <= now
    people = row.attendees or []
    answers = dict(row.answers or {})
    known = [said(answers.pop(question.slug, None)) for question in questions]
    return [
        row.reference,
        str(Status.COMPLETED) if over else row.status,
        row.payment,
        row.moved,
        row.event_type,
        row.title,
        _local(row.start, zone),
        _local(row.end, zone),
        zone_name,
        _utc(row.start),
        _utc(row.end),
        row.host_name,
        row.host_email,
        row.booker_name,
        row.booker_email,
        row.booker_time_zone,
        ", ".join(_person(one) for one in people[1:]),
        ", ".join(_person(one) for one in people if one.get("state") == "no_show"),
        "Online" if row.location.lower().startswith(("http:", "https:", "integrations:")) else row.location,
        row.reason,
        row.source,
        _local(row.booked_at, zone),
        "\n".join(f"{answer.get('label') or slug}: {text}" for slug, answer in answers.items() if slug not in ELSEWHERE and (text := said(answer))),
        *known,
    ]


def said(answer: Mapping[str, Any] | None) -> str:
    """An answer in words; nothing for one that is not there or that the booker never saw."""
    return "" if answer is None or answer.get("hidden") else _words(answer.get("value"))


def _words(value: Any) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return "Yes" if value else "No"
        case list():
            return ", ".join(filter(None, (_words(one) for one in value)))
        case dict():
            return ", ".join(f"{name}: {text}" for name, one in value.items() if (text := _words(one)))
        case _:
            return str(value)


def _person(person: Mapping[str, Any]) -> str:
    name, email = str(person.get("name") or ""), str(person.get("email") or "")
    return f"{name} <{email}>" if name and email else name or email


def _local(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
