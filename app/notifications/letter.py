"""What all kinds have in common: the reader's time, the words for the booking, the brand, three templates, one mail."""

from datetime import datetime
from typing import Any

from app.bookings.models import Booking
from app.colour import palette
from app.mail.errors import Rejected
from app.mail.message import CalendarPart, Email, Method, wire_address
from app.mail.render import render
from app.notifications import wording
from app.notifications.brand import Brand
from app.notifications.calendar import part_for
from app.notifications.links import Links
from app.notifications.when import elsewhere, when
from app.outbox.models import OutboxMessage


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
    zone = booking.booker_time_zone or brand.place_time_zone or booking.host_time_zone
    place = brand.place_time_zone or booking.host_time_zone
    values = _values(booking, message=message, brand=brand, links=links, zone=zone, place=place, locale=booking.booker_locale)
    return _email(message, template=template, values=values, reply_to=_organizer(booking, brand), calendar=calendar and _part(booking, calendar, brand, links))


def to_admin(booking: Booking, *, message: OutboxMessage, brand: Brand, links: Links, **values: Any) -> Email:
    """A notice to the owner, in the zone of the place, with the booker's time beside it; answers go to the booker."""
    zone = brand.place_time_zone or booking.host_time_zone
    known = _values(booking, message=message, brand=brand, links=links, zone=zone, place=booking.booker_time_zone, locale="en")
    return _email(message, template="admin_notice", values=known | values, reply_to=booking.booker_email)


def old_span(message: OutboxMessage) -> tuple[datetime, datetime] | None:
    """Start and end before the move, or None when the outbox row does not know them."""
    try:
        start = datetime.fromisoformat(message.data["old_start"])
        end = datetime.fromisoformat(message.data.get("old_end") or message.data["old_start"])
    except (KeyError, TypeError, ValueError):
        return None
    return (start, end) if start.tzinfo and end.tzinfo else None


def _values(booking: Booking, *, message: OutboxMessage, brand: Brand, links: Links, zone: str, place: str, locale: str) -> dict[str, Any]:
    colours = palette(brand.colour)
    old = old_span(message)
    return {
        "brand": brand,
        "colours": colours,
        "links": links,
        "when": when(booking.start, end=booking.end, zone=zone, locale=locale),
        "elsewhere": elsewhere(booking.start, end=booking.end, zone=place, than=zone, locale=locale),
        "old": when(old[0], end=old[1], zone=zone, locale=locale) if old else None,
        "minutes": round((booking.end - booking.start).total_seconds() / 60),
        "what": wording.what(booking),
        "where": wording.where(booking),
        "join_url": wording.join_url(booking),
        "host": wording.person(booking.host_name),
        "booker": wording.person(booking.booker_name),
        "reason": wording.reason(booking),
        "reference": booking.reference,
    }


def _email(message: OutboxMessage, *, template: str, values: dict[str, Any], reply_to: str, calendar: CalendarPart | None = None) -> Email:
    subject, text, html = render(template, **values)
    return Email(
        to=message.recipient,
        subject=subject,
        text=text,
        html=html,
        message_id=message.message_id,
        reply_to=_usable(reply_to),
        calendar=calendar,
    )


def _usable(address: str) -> str:
    """An address that cannot be answered to is left out; that must not stop the mail."""
    try:
        return wire_address(address, field_name="reply_to")
    except Rejected:
        return ""


def _part(booking: Booking, method: Method, brand: Brand, links: Links) -> CalendarPart | None:
    return part_for(booking, method=method, site_name=brand.name, organizer_email=_organizer(booking, brand), manage_url=links.manage_url)


def _organizer(booking: Booking, brand: Brand) -> str:
    return brand.contact_email or booking.host_email
