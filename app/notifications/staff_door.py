"""Mails to staff with a link that works once: to sign in, to accept an invitation."""

from datetime import datetime

from babel import dates

from app import clock
from app.colour import palette
from app.mail.message import Email
from app.mail.render import render
from app.notifications.brand import Brand
from app.notifications.language import words_for
from app.notifications.links import Links
from app.notifications.when import locale_of
from app.outbox.models import OutboxMessage
from app.timing import zone_of

ROLES = {
    "owner": "You will manage everything, staff included.",
    "manager": "You will see and manage all bookings.",
    "host": "You will see your own bookings.",
    "read_only": "You will see all bookings and change nothing.",
}


def compose(message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The mail, in the reader's language as far as it is known, otherwise in the site's first."""
    words = words_for(message.data.get("locale") or brand.languages[0], languages=brand.languages)
    until = datetime.fromisoformat(message.data["until"]).astimezone(zone_of(brand.place_time_zone))
    habits = locale_of(words.language, zone=brand.place_time_zone)
    values = {
        "brand": brand,
        "colours": palette(brand.colour),
        "t": words,
        "language": words.language,
        "links": links,
        "booker": message.data.get("name", ""),
        "by": message.data.get("by", ""),
        "role": words.say(ROLES[message.data.get("role") or "host"]),
        "until": f"{dates.format_date(until, 'medium', locale=habits)}, {dates.format_time(until, 'short', locale=habits)}",
    }
    subject, text, html = render(message.kind, own=brand.own_texts, own_kinds=[message.kind], **values)
    return Email(to=message.recipient, subject=subject, text=text, html=html, message_id=message.message_id)


def expired(message: OutboxMessage) -> str:
    """Why the mail makes no sense any more; empty when it does."""
    return "outdated: the link in it has expired" if datetime.fromisoformat(message.data["until"]) <= clock.now() else ""
