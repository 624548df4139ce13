"""Mail through an SMTP server, by Flask-Mail with shields of our own.

Flask-Mail 0.10 connects without a timeout and checks no certificate
(https://github.com/pallets-eco/flask-mail/issues/114): it would hand customers' mail to anyone who answers on the
port. `VerifiedConnection` sets both. What else stands here:

* The final dot is sent on its own, after `Step.READY`: whoever sends can note down in that moment that from here on the
  mail may arrive. Before it, a lost connection is a mail that did not leave; after it, nobody knows (`Unsure`).
* Every answer has a deadline as a whole. smtplib's timeout counts anew with each byte, so that a server that sends one
  byte a second would hold a worker for hours.
* One connection carries many mails and is closed by `close`, or replaced when it has died meanwhile.
"""

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import flask_mail

from app.mail.errors import MailError, ServerAway
from app.mail.message import Email
from app.mail.mime import as_bytes
from app.mail.punctual import PunctualSmtp, PunctualTlsSmtp, socket_of
from app.mail.smtp_errors import away, classify, unsure

TIMEOUT_SECONDS = 15.0
"""For every single step of the conversation."""
FINAL_SECONDS = 60.0
"""For the answer to the final dot: a server that scans mails takes its time, and giving up means not knowing."""
IDLE_SECONDS = 1.0
"""A connection that has rested longer is asked first whether it is still there."""
MOST_MAILS = 200
"""On one connection; many servers set a limit of their own."""
GOODBYE_SECONDS = 2.0

_HANGING_UP = 421


class Step(StrEnum):
    """How far the conversation with whoever takes the mail has come."""

    CONNECTED = "connected"
    READY = "ready"
    """All but the final dot is there: the point of no return. Raising here takes everything back."""
    HANDED_OVER = "DATA sent"
    TAKEN = "250 received"


Reached = Callable[[Step], None]


class App(Protocol):
    """What Flask-Mail needs of a Flask application; passed in, so that this package need not know Flask."""

    extensions: dict[str, Any]


@dataclass(frozen=True)
class SmtpServer:
    """Where the server is and how to talk to it."""

    host: str
    port: int = 587
    starttls: bool = True
    ssl: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = TIMEOUT_SECONDS
    """Seconds for every single step."""
    final_timeout: float = FINAL_SECONDS
    """Seconds for the answer to the final dot."""


class SmtpTransport:
    """Sends mails over one connection, one after the other. The certificate of the server must be valid for its name."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        app: App,
        sender: str,
        tls_context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self.sender = sender
        self._envelope_sender = smtplib.quoteaddr(flask_mail.sanitize_address(sender))
        self._mail = _VerifiedMail(server, app=app, sender=sender, tls_context=tls_context)
        self._lock = threading.Lock()
        self._connection: VerifiedConnection | None = None

    def send(self, email: Email, reached: Reached = lambda _: None) -> None:
        """The server has taken the mail over. Raises `Unavailable` (later), `Rejected` (stop) or `Unsure` (nobody knows)."""
        content = _stuffed(as_bytes(email, sender=self.sender))
        with self._lock:
            connection = self._connected()
            reached(Step.CONNECTED)
            try:
                try:
                    connection.greet(self._envelope_sender)
                except (OSError, smtplib.SMTPException) as error:
                    if not connection.carried or not _has_gone(error):
                        raise
                    connection = self._reconnected()
                    connection.greet(self._envelope_sender)
                connection.hand_over(email.to, content, reached)
            except (OSError, smtplib.SMTPException) as error:
                if _has_gone(error) or not connection.start_over():
                    self._drop()
                raise classify(error) from error
            except BaseException:
                self._drop()
                raise

    def knock(self) -> None:
        """The server would take a mail from our sender now; none is sent. Raises `ServerAway`, or what it says to the sender."""
        connection = self._mail.connect()
        connection.host = connection.configure_host()
        try:
            connection.greet(self._envelope_sender)
        except (OSError, smtplib.SMTPException) as error:
            raise classify(error) from error
        finally:
            connection.goodbye()

    def close(self) -> None:
        """Says goodbye to the server, if there is a connection that nobody uses."""
        if self._lock.acquire(blocking=False):
            try:
                if self._connection is not None:
                    self._connection.goodbye()
                    self._connection = None
            finally:
                self._lock.release()

    def _connected(self) -> "VerifiedConnection":
        connection = self._connection
        if connection is not None and connection.carried < MOST_MAILS and connection.is_alive():
            return connection
        return self._reconnected()

    def _reconnected(self) -> "VerifiedConnection":
        if self._connection is not None:
            self._connection.goodbye()
            self._connection = None
        connection = self._mail.connect()
        connection.host = connection.configure_host()
        self._connection = connection
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.host.close()
            self._connection = None


class VerifiedConnection(flask_mail.Connection):
    """A connection with a timeout and a checked certificate."""

    def __init__(self, mail: Any, *, server: SmtpServer, tls_context: Callable[[], ssl.SSLContext]) -> None:
        super().__init__(mail)
        self.carried = 0
        self.host: smtplib.SMTP
        self._used_at = time.monotonic()
        self._server = server
        self._tls_context = tls_context

    def configure_host(self) -> smtplib.SMTP:
        """A greeted, encrypted (unless switched off) and signed-in connection.

        Whatever the server answers before the first mail is a fault between the two machines, never of a mail: even a
        5xx here raises `ServerAway`.
        """
        server = self._server
        host: smtplib.SMTP | None = None
        try:
            if server.ssl:
                host = PunctualTlsSmtp(server.host, server.port, timeout=server.timeout, context=self._tls_context())
            else:
                host = PunctualSmtp(server.host, server.port, timeout=server.timeout)
            if server.starttls:
                host.starttls(context=self._tls_context())
            host.ehlo_or_helo_if_needed()
            if server.username:
                host.login(server.username, server.password)
            socket_of(host).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, smtplib.SMTPException) as error:
            if host is not None:
                host.close()
            raise ServerAway(away(error), host=server.host) from error
        return host

    def greet(self, sender: str) -> None:
        """The server takes a mail from this sender, who stands in angle brackets."""
        code, said = self.host.docmd("MAIL", f"FROM:{sender}")
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, sender)

    def hand_over(self, recipient: str, content: bytes, reached: Reached) -> None:
        """The server has taken the mail. Raises what smtplib raises, or `Unsure` when the last answer did not come."""
        host = self.host
        code, said = host.docmd("RCPT", f"TO:<{recipient}>")
        if code not in {250, 251}:
            raise smtplib.SMTPRecipientsRefused({recipient: (code, said)})
        code, said = host.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        host.send(content)
        reached(Step.READY)
        socket_of(host).settimeout(self._server.final_timeout)
        try:
            host.send(b".\r\n")
            reached(Step.HANDED_OVER)
            code, said = host.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise unsure(error) from error
        finally:
            if host.sock is not None:
                host.sock.settimeout(self._server.timeout)
        if code != 250:
            raise smtplib.SMTPDataError(code, said)
        reached(Step.TAKEN)
        self.carried += 1
        self._used_at = time.monotonic()

    def is_alive(self) -> bool:
        """Whether the server still listens; asked only when the connection has rested."""
        if time.monotonic() - self._used_at < IDLE_SECONDS:
            return True
        try:
            return self.host.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def start_over(self) -> bool:
        """Whether the connection is good for the next mail after this one was refused."""
        try:
            return self.host.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def goodbye(self) -> None:
        """Says goodbye if the server still listens; what it answers no longer matters."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if self.host.sock is not None:
                self.host.timeout = GOODBYE_SECONDS
                self.host.sock.settimeout(GOODBYE_SECONDS)
                self.host.quit()
        self.host.close()


class _VerifiedMail(flask_mail.Mail):
    """Flask-Mail set up from plain values, never from `app.config`: `TESTING` does not silence it, nothing is printed."""

    def __init__(self, server: SmtpServer, *, app: App, sender: str, tls_context: Callable[[], ssl.SSLContext]) -> None:
        super().__init__()
        self._server = server
        self._make_context = tls_context
        self._made: ssl.SSLContext | None = None
        self.state = self.init_mail({"MAIL_SERVER": server.host, "MAIL_PORT": server.port, "MAIL_DEFAULT_SENDER": sender})
        app.extensions["mail"] = self.state

    def connect(self) -> VerifiedConnection:
        return VerifiedConnection(self.state, server=self._server, tls_context=self._context)

    def _context(self) -> ssl.SSLContext:
        """Made once: reading all the authorities of a machine takes longer than sending a mail."""
        if self._made is None:
            self._made = self._make_context()
        return self._made


def _stuffed(content: bytes) -> bytes:
    """Without a line that begins with a single dot, which would end the mail; with an end of line at the end."""
    content = content.replace(b"\r\n.", b"\r\n..")
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _has_gone(error: Exception) -> bool:
    """Whether there is nobody left to talk to on this connection."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == _HANGING_UP or error.smtp_code < 0
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == _HANGING_UP for code, _ in error.recipients.values())
    return not isinstance(error, MailError)
