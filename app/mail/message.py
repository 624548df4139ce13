"""An e-mail as a value: complete, checked, and not yet on its way."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from app.mail.errors import Rejected
from app.mail.lines import CONTROL

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\]{1,253}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.:\[\]-]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_OWN_HEADERS = frozenset({"to", "from", "cc", "bcc", "sender", "subject", "date", "message-id", "reply-to", "mime-version"})
_LONGEST_HEADER = 900
"""Characters in one header, below the 998 of RFC 5322 section 2.1.1."""


class BadHeader(Rejected):
    """A value meant for a header holds a line break or another control character: somebody tries to add headers."""

    def __init__(self, field: str) -> None:
        super().__init__(f"The field {field} of the mail holds a line break or another character that no header may have.")
        self.field = field


@dataclass(frozen=True)
class CalendarPart:
    """A calendar file that goes with a mail; `method` is the same as the METHOD in its content."""

    method: Method
    content: bytes
    filename: str = "invite.ics"

    def __post_init__(self) -> None:
        """Refuse what could break out of a header."""
        _refuse_control("calendar filename", self.filename)
        if f"\r\nMETHOD:{self.method}\r\n".encode() not in self.content:
            msg = f"the calendar file does not say METHOD:{self.method}"
            raise ValueError(msg)


@dataclass(frozen=True)
class Email:
    """One mail to one person.

    Raises `BadHeader` for a line break in anything that becomes a header, and `Rejected` for an address that is none:
    both are reasons to stop, not to try again. Words of strangers pass through `lines.one_line` before they get here.
    """

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    """Complete, with angle brackets; one for the life of the mail, however often it is tried."""
    reply_to: str = ""
    calendar: CalendarPart | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers, for example `List-Unsubscribe`."""

    def __post_init__(self) -> None:
        """Refuse line breaks and addresses that are none."""
        for name in ("to", "subject", "message_id", "reply_to"):
            _refuse_control(name, getattr(self, name))
        object.__setattr__(self, "to", wire_address(self.to, field_name="to"))
        if self.reply_to:
            object.__setattr__(self, "reply_to", wire_address(self.reply_to, field_name="reply_to"))
        if not _MESSAGE_ID.fullmatch(self.message_id):
            msg = "the Message-ID must look like <something@host>"
            raise ValueError(msg)
        for name, value in self.headers.items():
            _check_header(name, value)
        object.__setattr__(self, "headers", MappingProxyType(dict(self.headers)))


def with_idempotency(email: Email, *, key: str) -> Email:
    """The mail with the headers by which a relay recognises a second copy of it, for whatever reason that was sent.

    Only a digest of the key travels. `Resend-Idempotency-Key`: https://resend.com/docs/dashboard/emails/idempotency-keys
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return replace(email, headers={**email.headers, "Resend-Idempotency-Key": digest, "X-Idempotency-Key": digest})


def wire_address(address: str, *, field_name: str) -> str:
    """The address as it travels: one, bare, its domain in ASCII.

    Raises `BadHeader` or `Rejected`. Letters outside ASCII before the @ are refused: few servers take them (SMTPUTF8).
    """
    _refuse_control(field_name, address)
    address = address.strip()
    if not _ADDRESS.fullmatch(address):
        raise Rejected(f"The field {field_name} of the mail is not one e-mail address.")
    local, domain = address.rsplit("@", 1)
    if not local.isascii():
        raise Rejected(f"The address in {field_name} has letters before the @ that mail servers do not accept.")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Rejected(f"The address in {field_name} has a domain that cannot exist.") from None


def _check_header(name: str, value: str) -> None:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS or name.lower().startswith("content-"):
        raise BadHeader("headers")
    _refuse_control(name, value)
    if not value.isascii() or len(value) > _LONGEST_HEADER:
        raise BadHeader(name)


def _refuse_control(name: str, value: str) -> None:
    if CONTROL.search(value):
        raise BadHeader(name)
