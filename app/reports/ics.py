"""Bookings as a calendar that programs subscribe to (RFC 5545), line by line as they are read.

The UIDs are those of the mails, so an entry is the same entry wherever it arrives. Nothing in it comes from the moment
of asking: the same bookings on the same day give the same bytes, which is what `fingerprint` promises to a program that
asks whether there is news. Written here and not by the icalendar package, which takes a millisecond for each entry.

Times carry the owner's zone and its rules, once for the whole file. A meeting that begins or ends in an hour that clocks
show twice is written in UTC, as is what lies beyond the rules. Meeting links stay out: they
hold uids, and the file travels through the servers of calendar makers. The link goes to the booking's page.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.engine import Engine

from app import clock
from app.bookings.models import Booking, Status
from app.bookings.question import Filters, narrowed
from app.db import db
from app.mail.lines import one_line
from app.mail.zone_rules import zone_rules
from app.timing import comes_twice, zone_of

PAST = timedelta(days=90)
CANCELLED = timedelta(days=30)
"""How long what was cancelled or declined is still told as such, so that calendars that ask seldom strike it out."""
RULES = timedelta(days=3 * 365)
"""How far ahead the zone's rules are written out."""
BATCH = 500
PIECE = 32_000
FORMAT = 2
"""To be raised when the same bookings are written in another way."""

WORDS = {Status.PENDING: "TENTATIVE", Status.AWAITING_PAYMENT: "TENTATIVE", Status.CONFIRMED: "CONFIRMED"}
GONE = (Status.CANCELLED, Status.REJECTED)
_SPECIAL = re.compile(r"([\\;,])")
READ = (
    Booking.reference, Booking.ical_uid, Booking.sequence, Booking.status, Booking.title, Booking.start, Booking.end, Booking.host_name,
    Booking.booker_name, Booking.booker_email, Booking.location, Booking.event_type, Booking.updated_at, Booking.booked_at,
)  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """Whose calendar, and how it is called and written."""

    host: str
    """The address whose bookings alone are in it; empty for all."""
    name: str
    zone: str
    site_url: str

    @property
    def today(self) -> date:
        """The day on the owner's clocks; what is in the calendar changes with it, and not with the hour."""
        return clock.now().astimezone(zone_of(self.zone)).date()


def fingerprint(calendar: Calendar) -> str:
    """What changes when anything in the calendar does, without reading it all into memory.

    The lines of the histories count as well: of two changes at once the earlier one may be committed last, and then the
    newest moment says nothing of it. No moment of a last change is told, since there is none: what leaves a calendar
    (to another host, to an older number of the same booking, by its age) leaves no moment behind.
    """
    sums = (func.sum(column) for column in (Booking.id, Booking.sequence, Booking.change_count))
    count, newest, *totals = db.session.execute(_within(select(func.count(Booking.id), func.max(Booking.updated_at), *sums), calendar)).one()
    whose = [calendar.host, calendar.name, calendar.zone, calendar.site_url, str(calendar.today)]
    said = [FORMAT, *whose, count, str(newest), *(int(total or 0) for total in totals)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def calendar_pieces(calendar: Calendar) -> Iterator[bytes]:
    """The file in pieces, by start. Ending the iteration early ends the reading as well.

    What is needed of the app is taken now; the pieces may be read when the request is long over.
    """
    return _read(db.engine, _within(select(*READ), calendar).order_by(Booking.start, Booking.id), calendar)


def _read(engine: Engine, query: Select[*tuple[Any, ...]], calendar: Calendar) -> Iterator[bytes]:
    zone = zone_of(calendar.zone)
    first, last = _midnight(calendar.today, zone) - PAST - timedelta(days=366), _midnight(calendar.today, zone) + RULES
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Frontdesk//Calendar feed//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{_text(calendar.name)}", f"NAME:{_text(calendar.name)}", f"X-WR-TIMEZONE:{calendar.zone}"]
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    rules = zone_rules(zone, first=first.date(), last=last.date()).to_ical() if isinstance(zone, ZoneInfo) and not _is_utc(zone) else b""
    yield _folded(lines) + rules
    seen: set[str] = set()
    piece: list[bytes] = []
    size = 0
    with engine.connect().execution_options(yield_per=BATCH) as connection, connection.execute(query) as found:
        for row in found:
            uid = row.ical_uid if row.ical_uid and row.ical_uid not in seen else f"{row.reference}@frontdesk"
            seen.add(uid)
            piece.append(_folded(_entry(row, uid, calendar, zone=zone, last=last)))
            size += len(piece[-1])
            if size >= PIECE:
                yield b"".join(piece)
                piece, size = [], 0
    yield b"".join(piece) + b"END:VCALENDAR\r\n"


def _within(query: Any, calendar: Calendar) -> Any:
    midnight = _midnight(calendar.today, zone_of(calendar.zone))
    told = or_(Booking.status.not_in(GONE), Booking.updated_at >= midnight - CANCELLED)
    return narrowed(query, Filters(host=calendar.host, since=midnight - PAST)).where(told)


def _entry(row: Row[Any], uid: str, calendar: Calendar, *, zone: tzinfo, last: datetime) -> list[str]:
    gone = row.status in GONE
    who = row.booker_name or row.booker_email
    title = row.title.removesuffix(f" between {row.host_name} and {row.booker_name}") or row.event_type or "Booking"
    summary = f"{one_line(title, limit=120)}: {one_line(who, limit=80)}" if who and who not in title else one_line(title, limit=200)
    page = f"{calendar.site_url}/admin/calendar/{row.reference}"
    place = "" if row.location.lower().startswith(("http:", "https:", "integrations:")) else one_line(row.location, limit=300)
    about = [one_line(f"{row.booker_name} <{row.booker_email}>" if row.booker_email else row.booker_name, limit=300), f"Number {row.reference}", page]
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"DTSTAMP:{_utc(row.updated_at)}",
        f"CREATED:{_utc(row.booked_at)}",
        f"LAST-MODIFIED:{_utc(row.updated_at)}",
        f"SEQUENCE:{row.sequence}",
        *_times(row.start, row.end, zone=zone, last=last),
        f"SUMMARY:{_text(summary)}",
        f"STATUS:{'CANCELLED' if gone else WORDS[row.status]}",
        f"TRANSP:{'TRANSPARENT' if gone else 'OPAQUE'}",
        *([f"LOCATION:{_text(place)}"] if place else []),
        f"DESCRIPTION:{_text(chr(10).join(line for line in about if line))}",
        f"URL:{page}",
        "END:VEVENT",
    ]


def _times(start: datetime, end: datetime, *, zone: tzinfo, last: datetime) -> tuple[str, str]:
    first, then = start.astimezone(zone), end.astimezone(zone)
    if _is_utc(zone) or end >= last or comes_twice(first) or comes_twice(then):
        return f"DTSTART:{_utc(start)}", f"DTEND:{_utc(end)}"
    return f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}", f"DTEND;TZID={zone}:{then:%Y%m%dT%H%M%S}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _is_utc(zone: tzinfo) -> bool:
    return str(zone) in {"UTC", "Etc/UTC"}


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\r", "").replace("\n", "\\n")


def _folded(lines: list[str]) -> bytes:
    """The lines, cut so that none is longer than 75 bytes and no letter is cut through."""
    out: list[bytes] = []
    for line in lines:
        left = line.encode(errors="replace")
        room = 75
        while len(left) > room:
            end = room
            while left[end] & 0xC0 == 0x80:
                end -= 1
            out += (left[:end], b"\r\n ")
            left, room = left[end:], 74
        out += (left, b"\r\n")
    return b"".join(out)
