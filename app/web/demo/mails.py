"""A written mail taken apart for people: what the list shows, both bodies, and the calendar entry in words."""

import email.policy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from icalendar import Calendar

METHODS = {
    "REQUEST": "Puts the meeting into the calendar, or updates it there",
    "CANCEL": "Takes the meeting out of the calendar",
    "PUBLISH": "Adds the meeting to the calendar",
}


@dataclass(frozen=True)
class Summary:
    """One line of the list."""

    name: str
    subject: str
    recipient: str
    sent: datetime | None


@dataclass(frozen=True)
class Mail:
    """One written mail."""

    name: str
    subject: str
    sender: str
    recipient: str
    sent: datetime | None
    text: str
    html: str
    calendar: str
    headers: list[tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """What the calendar part does, in words."""

    method: str
    does: str
    summary: str
    start: datetime | None
    end: datetime | None
    zone: str
    place: str
    status: str
    uid: str
    sequence: str


def summary(path: Path) -> Summary:
    """What the list shows of a mail; only its headers are read, and each file once."""
    return _summary(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1000)
def _summary(path: Path, _: int) -> Summary:
    with path.open("rb") as file:
        message = BytesHeaderParser(policy=email.policy.default).parse(file)
    return Summary(path.stem, str(message["subject"] or ""), str(message["to"] or ""), _date(message["date"]))


def read(path: Path) -> Mail:
    """The whole mail."""
    message = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)  # noqa: S101 -- what policy.default returns
    return Mail(
        name=path.stem,
        subject=str(message["subject"] or ""),
        sender=str(message["from"] or ""),
        recipient=str(message["to"] or ""),
        sent=_date(message["date"]),
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        calendar=_part(message, "text/calendar"),
        headers=[(key, str(value)) for key, value in message.items()],
    )


def calendar_entry(text: str) -> Entry | None:
    """The calendar part in words; None when there is none, or when it cannot be read."""
    try:
        calendar = Calendar.from_ical(text)
        event = calendar.walk("VEVENT")[0]
    except (ValueError, IndexError):
        return None
    method = str(calendar.get("METHOD", ""))
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    return Entry(
        method=method,
        does=METHODS.get(method, "Carries a meeting"),
        summary=str(event.get("SUMMARY", "")),
        start=start,
        end=end,
        zone=str(getattr(start.tzinfo, "key", "UTC")) if start else "UTC",
        place=str(event.get("LOCATION", "")),
        status=str(event.get("STATUS", "")),
        uid=str(event.get("UID", "")),
        sequence=str(event.get("SEQUENCE", "")),
    )


def _moment(event: object, name: str) -> datetime | None:
    found = event.get(name) if isinstance(event, dict) else None
    value: date | datetime | None = getattr(found, "dt", None)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _date(header: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(header)) if header else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and not found.tzinfo else found


def _part(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == kind:
            content = part.get_content()
            return content.decode(errors="replace") if isinstance(content, bytes) else str(content)
    return ""
