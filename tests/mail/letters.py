"""Mails for tests."""

from typing import Any

from app.mail.message import CalendarPart, Email

ICS = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def letter(**values: Any) -> Email:
    """A mail with everything a mail can have, unless told otherwise."""
    standard: dict[str, Any] = {
        "to": "alex@example.org",
        "subject": "Confirmed: Erstgespräch, Tue 8 Dec, 11:00",
        "text": "Hello Alex,\n\nyour booking – all of it – is confirmed.\n.\nA line with one dot.\n" + "long " * 400 + "\n",
        "html": "<p>Your booking is <b>confirmed</b> – " + "x" * 2000 + "</p>",
        "message_id": "<outbox-12.9f3a@book.example.com>",
        "reply_to": "hello@example.com",
        "calendar": CalendarPart(method="REQUEST", content=ICS),
        "headers": {"List-Unsubscribe": f"<https://book.example.com/unsubscribe/{'t' * 200}>"},
    }
    return Email(**(standard | values))
