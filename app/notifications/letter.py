"""What all kinds have in common: the reader's time, the words for the booking, the brand, three templates, one mail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.bookings.models import Booking
from app.colour import palette
from app.mail.errors import Rejected
from app.mail.message import CalendarPart, Email, Method, wire_address
from app.mail.render import render
from app.notifications import wording
from app.notifications.brand import Brand
from app.notifications.calendar import part_for
from app.notifications.language import Words, words_for
from app.notifications.links import Links
from app.notifications.when import elsewhere, when
from app.outbox.models import OutboxMessage

_NUMBER = re.compile(r"_(\d+)$")


def to_booker(
    booking: Booking,
    *,
    template: str,
    message: OutboxMessage,
    brand: Brand,
    links: Links,
    calendar: Method | None = None,
) -> Email:
    """A mail to the person who booked, in their zone and language; answers go to the owner."""
    values = _values(booking, message=message, brand=brand, links=links, reader=_booker(booking, brand))
    part = calendar and _part(booking, calendar, brand, links)
    return _email(message, template=template, values=values, brand=brand, reply_to=organizer_of(booking, brand), calendar=part)


def in_sequence(booking: Booking, *, template: str, message: OutboxMessage, brand: Brand, links: Links, **more: Any) -> Email:
    """A mail of a sequence to the person who booked: it can be left, with one click of the mail program as well (RFC 8058)."""
    values = _values(booking, message=message, brand=brand, links=links, reader=_booker(booking, brand))
    step = int(found[1]) if (found := _NUMBER.search(message.kind)) else 1
    headers = {"List-Unsubscribe": f"<{links.unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if links.unsubscribe_url else {}
    reply_to = organizer_of(booking, brand)
    return _email(message, template=template, values=values | {"step": step} | more, brand=brand, reply_to=reply_to, headers=headers)


def to_admin(booking: Booking, *, message: OutboxMessage, brand: Brand, links: Links, **values: Any) -> Email:
    """A notice to the owner, in the zone of the place, with the booker's time beside it; answers go to the booker."""
    reader = _Reader(zone=brand.place_time_zone or booking.host_time_zone, place=booking.booker_time_zone, locale=brand.languages[0], brand=brand)
    known = _values(booking, message=message, brand=brand, links=links, reader=reader)
    return _email(message, template="admin_notice", values=known | values, brand=brand, reply_to=booking.booker_email)


def to_owner(*, message: OutboxMessage, brand: Brand, template: str, values: dict[str, Any]) -> Email:
    """A mail to the owner that is about no single booking."""
    words = words_for(brand.languages[0], languages=brand.languages)
    known = {"brand": brand, "colours": palette(brand.colour), "t": words, "language": words.language}
    return _email(message, template=template, values=known | values, brand=brand, reply_to="")


def old_span(message: OutboxMessage) -> tuple[datetime, datetime] | None:
    """Start and end before the move, or None when the outbox row does not know them."""
    try:
        start = datetime.fromisoformat(message.data["old_start"])
        end = datetime.fromisoformat(message.data.get("old_end") or message.data["old_start"])
    except (KeyError, TypeError, ValueError):
        return None
    return (start, end) if start.tzinfo and end.tzinfo else None


@dataclass(frozen=True)
class _Reader:
    """For whom times are written: their zone, the other zone beside it, their locale."""

    zone: str
    place: str
    locale: str
    brand: Brand

    @property
    def words(self) -> Words:
        return words_for(self.locale, languages=self.brand.languages)


def _booker(booking: Booking, brand: Brand) -> _Reader:
    zone = booking.booker_time_zone or brand.place_time_zone or booking.host_time_zone
    return _Reader(zone=zone, place=brand.place_time_zone or booking.host_time_zone, locale=booking.booker_locale, brand=brand)


def _values(booking: Booking, *, message: OutboxMessage, brand: Brand, links: Links, reader: _Reader) -> dict[str, Any]:
    words, zone, locale = reader.words, reader.zone, reader.locale
    old = old_span(message)
    return {
        "brand": brand,
        "colours": palette(brand.colour),
        "t": words,
        "language": words.language,
        "links": links,
        "when": when(booking.start, end=booking.end, zone=zone, locale=locale, words=words),
        "elsewhere": elsewhere(booking.start, end=booking.end, zone=reader.place, than=zone, locale=locale, words=words),
        "old": when(old[0], end=old[1], zone=zone, locale=locale, words=words) if old else None,
        "minutes": round((booking.end - booking.start).total_seconds() / 60),
        "what": wording.what(booking, words),
        "where": wording.where(booking, words),
        "join_url": wording.join_url(booking),
        "host": wording.person(booking.host_name),
        "booker": wording.person(booking.booker_name),
        "reason": wording.reason(booking),
        "reference": booking.reference,
    }


def _email(
    message: OutboxMessage,
    *,
    template: str,
    values: dict[str, Any],
    brand: Brand,
    reply_to: str,
    calendar: CalendarPart | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Email:
    subject, text, html = render(template, own=brand.own_texts, own_kinds=[message.kind], **values)
    return Email(
        to=message.recipient,
        subject=subject,
        text=text,
        html=html,
        message_id=message.message_id,
        reply_to=_usable(reply_to),
        calendar=calendar,
        headers=headers,
    )


def _usable(address: str) -> str:
    """An address that cannot be answered to is left out; that must not stop the mail."""
    try:
        return wire_address(address, field_name="reply_to")
    except Rejected:
        return ""


def _part(booking: Booking, method: Method, brand: Brand, links: Links) -> CalendarPart | None:
    words = _booker(booking, brand).words
    organizer = organizer_of(booking, brand)
    return part_for(booking, method=method, site_name=brand.name, organizer_email=organizer, manage_url=links.manage_url, words=words)


def organizer_of(booking: Booking, brand: Brand) -> str:
    """Who invites and is answered: the owner's address, else the host's. The same in every calendar file of a booking."""
    return brand.contact_email or booking.host_email
