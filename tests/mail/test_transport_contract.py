"""What every transport promises, checked on all of them; SMTP against a real server."""

import email
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import NamedTuple

import pytest

from app.mail.mime import as_bytes
from app.mail.smtp import SmtpTransport
from app.mail.transport import FileTransport, MemoryTransport, Transport
from tests.mail.letters import ICS, letter
from tests.mail.mailserver import SENDER, Mailbox


class Way(NamedTuple):
    """A transport and how to see what it delivered."""

    transport: Transport
    raw: Callable[[], list[bytes]]

    def delivered(self) -> list[EmailMessage]:
        """What a mail program would read."""
        return [email.message_from_bytes(content, policy=default) for content in self.raw()]


@pytest.fixture(params=["smtp", "file", "memory"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Way:
    """Each transport in turn."""
    if request.param == "file":
        return Way(FileTransport(tmp_path, sender=SENDER), lambda: [file.read_bytes() for file in sorted(tmp_path.glob("*.eml"))])
    if request.param == "memory":
        memory = MemoryTransport()
        return Way(memory, lambda: [as_bytes(sent, sender=SENDER) for sent in memory.sent])
    smtp: SmtpTransport = request.getfixturevalue("smtp")
    mailbox: Mailbox = request.getfixturevalue("mailbox")
    return Way(smtp, lambda: mailbox.bodies)


def test_a_mail_arrives_with_its_headers_once_each(way: Way) -> None:
    sent = letter()
    way.transport.send(sent)
    [mail] = way.delivered()
    assert mail.get_all("Message-ID") == ["<outbox-12.9f3a@book.example.com>"]
    assert mail.get_all("Subject") == [sent.subject]
    assert mail.get_all("To") == ["alex@example.org"]
    assert mail.get_all("Reply-To") == ["hello@example.com"]
    assert mail["From"].addresses[0].addr_spec == "office@example.com"
    assert mail["From"].addresses[0].display_name == "North Quay Ä"
    assert mail["Date"].datetime.tzinfo is not None


def test_a_long_header_arrives_as_it_was_written(way: Way) -> None:
    way.transport.send(letter())
    assert f"List-Unsubscribe: <https://book.example.com/unsubscribe/{'t' * 200}>".encode() in way.raw()[0]


def test_text_and_html_arrive_unchanged(way: Way) -> None:
    sent = letter()
    way.transport.send(sent)
    [mail] = way.delivered()
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == sent.text.splitlines()
    assert html.get_content().strip() == sent.html


def test_the_calendar_is_an_alternative_with_its_method_and_an_attachment(way: Way) -> None:
    way.transport.send(letter())
    [mail] = way.delivered()
    assert mail.get_content_type() == "multipart/mixed"
    alternative, attachment = mail.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    calendar = list(alternative.iter_parts())[2]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert calendar.get_payload(decode=True) == ICS
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_content_disposition() == "attachment"
    assert attachment.get_payload(decode=True) == ICS


def test_a_mail_without_calendar_has_no_calendar(way: Way) -> None:
    way.transport.send(letter(calendar=None))
    [mail] = way.delivered()
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_no_line_is_longer_than_the_rules_allow_and_all_is_seven_bit(way: Way) -> None:
    way.transport.send(letter())
    [content] = way.raw()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.isascii()
