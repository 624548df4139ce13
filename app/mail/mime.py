"""An e-mail in the form in which it travels, the same bytes for every transport.

multipart/mixed
├── multipart/alternative: text, HTML, and the calendar with its `method`, which mail programs show as an invitation
└── the same calendar as an attachment, for those that show nothing (as `application/ics`, so that none counts it twice)

Why not Flask-Mail's own: its alternatives cannot carry `method=`, and it folds nothing. Why not the standard library's
`EmailMessage`: building and writing one takes ten times as long as all the rest of sending it, and it encodes a long
`List-Unsubscribe` into something no mail program understands. What is needed here is little: everything is 7-bit (not
every server takes 8BITMIME), no line is longer than 998, and `Email` has already refused line breaks in headers.
"""

import base64
import binascii
import hashlib
import re
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from urllib.parse import quote

from app import clock
from app.mail.message import CalendarPart, Email

LONGEST_LINE = 900
"""Longer lines, and everything outside ASCII, are written as quoted-printable."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9 ._-]+")


def as_bytes(email: Email, *, sender: str) -> bytes:
    """The mail with all its parts, dated now. `sender` is an address, with a name or without."""
    mark = hashlib.sha256(email.message_id.encode()).hexdigest()[:24]
    lines = [
        f"Subject: {_words(email.subject, name='Subject')}",
        f"From: {_person(sender)}",
        f"To: {email.to}",
        f"Date: {format_datetime(clock.now())}",
        f"Message-ID: {email.message_id}",
        *([f"Reply-To: {email.reply_to}"] if email.reply_to else []),
        "Auto-Submitted: auto-generated",
        *(f"{name}: {value}" for name, value in email.headers.items()),
        "MIME-Version: 1.0",
    ]
    alternatives = [_text("plain", email.text), _text("html", email.html)]
    if email.calendar:
        alternatives.append(_calendar(email.calendar))
    body = _multipart("alternative", alternatives, boundary=f"=_a{mark}")
    if email.calendar:
        body = _multipart("mixed", [body, _attachment(email.calendar)], boundary=f"=_m{mark}")
    return "\r\n".join(lines).encode("ascii") + b"\r\n" + body


def _multipart(subtype: str, parts: list[bytes], *, boundary: str) -> bytes:
    """The boundaries hold `=_`, which neither encoding of a part can produce."""
    opening = f"--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(opening + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _text(subtype: str, text: str) -> bytes:
    content = "\r\n".join(text.splitlines()).encode()
    encoding = "7bit"
    if not content.isascii() or b"=_" in content or max(map(len, content.split(b"\r\n"))) > LONGEST_LINE:
        content, encoding = binascii.b2a_qp(content + b"\r\n").removesuffix(b"\r\n"), "quoted-printable"
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def _calendar(calendar: CalendarPart) -> bytes:
    head = f'Content-Type: text/calendar; charset="utf-8"; method="{calendar.method}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head.encode() + _base64(calendar.content)


def _attachment(calendar: CalendarPart) -> bytes:
    named = _parameter("name", calendar.filename), _parameter("filename", calendar.filename)
    head = f"Content-Type: application/ics; {named[0]}\r\nContent-Disposition: attachment; {named[1]}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + _base64(calendar.content)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _parameter(name: str, value: str) -> str:
    """A parameter of a header; what is not plain is written as RFC 2231 wants it."""
    return f'{name}="{value}"' if _PLAIN_NAME.fullmatch(value) else f"{name}*=utf-8''{quote(value, safe='')}"


def _words(text: str, *, name: str) -> str:
    """Words of a header; outside ASCII as RFC 2047 wants them. Words that look encoded already are encoded once more."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


@lru_cache(maxsize=8)
def _person(sender: str) -> str:
    name, address = parseaddr(sender)
    return formataddr((name, address), charset="utf-8")
