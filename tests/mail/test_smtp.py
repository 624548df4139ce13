"""The shields around SMTP: what the server says decides whether a mail is tried again."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from flask import Flask

from app.mail.errors import MailError, Rejected, Unavailable
from app.mail.smtp import SmtpServer, SmtpTransport
from tests.mail.letters import letter
from tests.mail.mailserver import SENDER, Mailbox, Server


def _refuse(*_: object) -> AuthResult:
    return AuthResult(success=False, handled=False)


@pytest.fixture
def silence() -> Iterator[int]:
    """The port of something that accepts and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_the_envelope_names_one_sender_and_one_recipient(smtp: SmtpTransport, mailbox: Mailbox) -> None:
    smtp.send(letter())
    assert mailbox.envelopes == [("office@example.com", ["alex@example.org"])]


@pytest.mark.parametrize("step", ["at_mail", "at_recipient", "at_data"])
@pytest.mark.parametrize(
    ("answer", "error"), [("550 no such person alex@example.org", Rejected), ("554 no", Rejected), ("451 later", Unavailable), ("452 full", Unavailable)]
)
def test_a_5xx_stops_and_a_4xx_waits_at_every_step(smtp: SmtpTransport, mailbox: Mailbox, step: str, answer: str, error: type[MailError]) -> None:
    setattr(mailbox, step, answer)
    with pytest.raises(MailError) as caught:
        smtp.send(letter())
    assert type(caught.value) is error
    assert mailbox.bodies == []
    assert answer[:3] in caught.value.reason
    assert "alex" not in caught.value.reason


def test_the_next_mail_leaves_after_one_was_refused(smtp: SmtpTransport, mailbox: Mailbox) -> None:
    mailbox.at_recipient = "550 no"
    with pytest.raises(Rejected):
        smtp.send(letter())
    mailbox.at_recipient = ""
    smtp.send(letter())
    assert len(mailbox.bodies) == 1


def test_a_goodbye_that_fails_does_not_undo_the_delivery(smtp: SmtpTransport, mailbox: Mailbox) -> None:
    mailbox.at_quit = "hang up"
    smtp.send(letter())
    assert len(mailbox.bodies) == 1


def test_nobody_listening_means_later(app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable, match="Nothing listens"):
        SmtpTransport(SmtpServer("127.0.0.1", port), app=app, sender=SENDER).send(letter())


def test_a_silent_server_is_given_up_after_the_timeout(app: Flask, silence: int) -> None:
    begin = time.monotonic()
    with pytest.raises(Unavailable, match="did not answer in time"):
        SmtpTransport(SmtpServer("127.0.0.1", silence, timeout=0.3), app=app, sender=SENDER).send(letter())
    assert time.monotonic() - begin < 3


def test_a_server_that_babbles_has_not_refused_the_mail(app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"220 " + b"x" * 9000 + b"\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        with pytest.raises(Unavailable):
            SmtpTransport(SmtpServer("127.0.0.1", listener.getsockname()[1], timeout=2), app=app, sender=SENDER).send(letter())
        thread.join()


def test_a_server_without_starttls_gets_nothing(server: Server, app: Flask, mailbox: Mailbox) -> None:
    with pytest.raises(Unavailable, match="encryption"):
        SmtpTransport(SmtpServer("127.0.0.1", server.port, timeout=5), app=app, sender=SENDER).send(letter())
    assert mailbox.envelopes == []


@pytest.mark.parametrize("how", ["starttls", "ssl"])
def test_an_untrusted_certificate_gets_nothing_and_the_reason_says_so(app: Flask, mailbox: Mailbox, tls: ssl.SSLContext, how: str) -> None:
    controller = Server(mailbox, tls_context=tls, require_starttls=True) if how == "starttls" else Server(mailbox, ssl_context=tls)
    controller.start()
    try:
        transport = SmtpTransport(SmtpServer("127.0.0.1", controller.port, starttls=how == "starttls", ssl=how == "ssl", timeout=5), app=app, sender=SENDER)
        with pytest.raises(Unavailable, match="certificate"):
            transport.send(letter())
    finally:
        controller.stop()
    assert mailbox.envelopes == []


def test_a_trusted_certificate_for_another_name_gets_nothing(app: Flask, mailbox: Mailbox, tls: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    controller = Server(mailbox, tls_context=tls, require_starttls=True)
    controller.start()
    try:
        transport = SmtpTransport(
            SmtpServer("localhost", controller.port, timeout=5),
            app=app,
            sender=SENDER,
            tls_context=lambda: ssl.create_default_context(cafile=str(certificate[0])),
        )
        with pytest.raises(Unavailable, match="certificate"):
            transport.send(letter())
    finally:
        controller.stop()
    assert mailbox.envelopes == []


def test_a_trusted_certificate_lets_the_mail_through(
    transport_to: Callable[..., SmtpTransport], mailbox: Mailbox, tls: ssl.SSLContext, certificate: tuple[Path, Path]
) -> None:
    controller = Server(mailbox, tls_context=tls, require_starttls=True)
    controller.start()
    try:
        transport = transport_to(controller.port, tls_context=lambda: ssl.create_default_context(cafile=str(certificate[0])))
        transport.send(letter())
        transport.close()
    finally:
        controller.stop()
    assert len(mailbox.bodies) == 1


def test_wrong_credentials_are_a_fault_of_the_settings_and_never_of_the_mail(app: Flask, mailbox: Mailbox) -> None:
    controller = Server(mailbox, auth_require_tls=False, authenticator=_refuse)
    controller.start()
    try:
        server = SmtpServer("127.0.0.1", controller.port, starttls=False, username="office", password="not-it", timeout=5)
        with pytest.raises(Unavailable, match="user name and password"):
            SmtpTransport(server, app=app, sender=SENDER).send(letter())
        assert "not-it" not in repr(server)
    finally:
        controller.stop()
    assert mailbox.bodies == []
