"""Calendar files (RFC 5545, and RFC 5546 for what each METHOD must hold) that calendars update instead of adding twice.

The UID stays the same for the life of a booking and SEQUENCE rises with each move and each cancellation; that is what
lets a later file move or remove the entry that an earlier one made. Times carry their zone together with its rules
(VTIMEZONE), without which Outlook guesses. The rules are cut to the years around the event: a whole zone is 30 kB.

In the hour that clocks show twice a local time with a zone means the first of the two, and programs differ even there: a
meeting that begins or ends in it is written in UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from app import clock
from app.mail.lines import CONTROL, one_line
from app.mail.message import Method
from app.mail.zone_rules import zone_rules
from app.timing import comes_twice

PRODUCT = "-//Frontdesk//Bookings//EN"

_METHODS = frozenset({"REQUEST", "CANCEL", "PUBLISH"})
_MAIL_ADDRESS = re.compile(r"[^\s@<>\"\\;:,]+@[^\s@<>\"\\;:,]+")
_WEB_ADDRESS = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True)
class Person:
    """Somebody in a calendar file."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class CalendarEvent:
    """What a calendar file says, in plain values. `start` and `end` are aware and in the zone the entry should have."""

    uid: str
    sequence: int
    title: str
    start: datetime
    end: datetime
    organizer: Person
    attendees: tuple[Person, ...] = ()
    location: str = ""
    url: str = ""
    """Where to join, or where to look; anything but http and https is left out."""
    description: str = ""


def booking_ics(event: CalendarEvent, method: Method) -> bytes:
    """The calendar file for one event: REQUEST invites or moves, CANCEL removes, PUBLISH is for a download.

    A PUBLISH names no attendees (RFC 5546 section 3.2.1). Raises `ValueError` for another method, an event without UID
    or organiser, or times without a zone: such a file would look right and do nothing.
    """
    if method not in _METHODS:
        msg = f"calendar method {method!r} is not one of {', '.join(sorted(_METHODS))}"
        raise ValueError(msg)
    if not event.uid or not is_address(event.organizer.email):
        msg = "a calendar file needs a UID and the address of an organiser"
        raise ValueError(msg)
    if event.start.tzinfo is None or event.end.tzinfo is None:
        msg = "the times of a calendar file need a zone"
        raise ValueError(msg)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    zone = None if _in_utc(event) else event.start.tzinfo
    if isinstance(zone, ZoneInfo):
        calendar.add_component(zone_rules(zone, first=date(event.start.year - 1, 1, 1), last=date(event.end.year + 2, 1, 1)))
    calendar.add_component(_entry(event, method=method))
    return bytes(calendar.to_ical())


def is_address(email: str) -> bool:
    """Whether this can stand in a calendar file as a person's address."""
    return bool(_MAIL_ADDRESS.fullmatch(email)) and not CONTROL.search(email)


def _entry(event: CalendarEvent, *, method: Method) -> Event:
    entry = Event()
    entry.add("uid", CONTROL.sub("", event.uid))
    entry.add("dtstamp", clock.now().replace(microsecond=0))
    entry.add("dtstart", event.start.astimezone(UTC) if _in_utc(event) else event.start)
    entry.add("dtend", event.end.astimezone(UTC) if _in_utc(event) else event.end)
    entry.add("sequence", event.sequence)
    entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    entry.add("summary", one_line(event.title, limit=200))
    entry.add("transp", "OPAQUE")
    if event.location:
        entry.add("location", one_line(event.location, limit=300))
    if _WEB_ADDRESS.fullmatch(event.url):
        entry.add("url", vUri(event.url))
    if event.description:
        entry.add("description", "\n".join(one_line(line, limit=500) for line in event.description.splitlines()))
    entry["organizer"] = _address(event.organizer)
    if method != "PUBLISH":
        for person in event.attendees:
            if is_address(person.email):
                entry.add("attendee", _attendee(person, method=method), encode=False)
    return entry


def _in_utc(event: CalendarEvent) -> bool:
    """Whether the times are written as UTC (`…Z`) and not with the name of their zone."""
    return str(event.start.tzinfo) in {"UTC", "Etc/UTC"} or comes_twice(event.start) or comes_twice(event.end)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    if name := one_line(person.name, limit=80).replace('"', "'"):
        address.params["CN"] = vText(name)
    return address


def _attendee(person: Person, *, method: Method) -> vCalAddress:
    """A booker has said yes by booking: the entry needs no answer, and no calendar asks for one."""
    address = _address(person)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    if method == "REQUEST":
        address.params["PARTSTAT"] = vText("ACCEPTED")
        address.params["RSVP"] = vText("FALSE")
    return address
