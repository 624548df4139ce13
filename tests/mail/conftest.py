"""A mail server, its certificate, and a transport that leads to it."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.mail.smtp import SmtpServer, SmtpTransport
from tests.mail.certificate import write_certificate
from tests.mail.mailserver import SENDER, Mailbox, Server


@pytest.fixture
def mailbox() -> Mailbox:
    """What arrives, and how the server behaves."""
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Server]:
    """A server without encryption."""
    controller = Server(mailbox)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that nobody signed, with its key."""
    return write_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """The server's side of an encrypted connection with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def app() -> Flask:
    """A Flask application, only for Flask-Mail; `TESTING` must not silence it."""
    flask = Flask("mail-tests")
    flask.testing = True
    return flask


@pytest.fixture
def transport_to(app: Flask) -> Iterator[Callable[..., SmtpTransport]]:
    """`transport_to(port, host="127.0.0.1", tls_context=None, **fields of SmtpServer)`: a transport, closed at the end."""
    made: list[SmtpTransport] = []

    def make(port: int, *, host: str = "127.0.0.1", tls_context: Callable[[], ssl.SSLContext] | None = None, **values: Any) -> SmtpTransport:
        more: dict[str, Any] = {"tls_context": tls_context} if tls_context else {}
        made.append(SmtpTransport(SmtpServer(host, port, **({"timeout": 5} | values)), app=app, sender=SENDER, **more))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def smtp(server: Server, transport_to: Callable[..., SmtpTransport]) -> SmtpTransport:
    """A transport to the server without encryption."""
    return transport_to(server.port, starttls=False)
