"""Mail through an SMTP server, by Flask-Mail with two shields of our own.

Flask-Mail 0.10 connects without a timeout and checks no certificate
(https://github.com/pallets-eco/flask-mail/issues/114): it would hand customers' mail to anyone who answers on the
port. `VerifiedConnection` sets both. It also keeps a failing goodbye from turning a delivered mail into a failed one.
"""

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

import flask_mail

from app.mail.errors import MailError, Rejected, Unavailable
from app.mail.message import Email
from app.mail.mime import as_mime

TIMEOUT_SECONDS = 15.0
"""For every single step of the conversation."""

_REFUSED_FOR_GOOD = 500
_LINE_TOO_LONG = "Line too long."
"""`smtplib` makes a 500 of its own with these words when a server babbles; no server said no."""


class App(Protocol):
    """What Flask-Mail needs of a Flask application; passed in, so that this package need not know Flask."""

    extensions: dict[str, Any]

    def app_context(self) -> AbstractContextManager[Any]:
        """Flask's application context."""


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


class SmtpTransport:
    """Sends each mail over a connection of its own. The certificate of the server must be valid for its name."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        app: App,
        sender: str,
        tls_context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self.sender = sender
        self._app = app
        self._mail = _VerifiedMail(server, app=app, sender=sender, tls_context=tls_context)

    def send(self, email: Email) -> None:
        """The server has taken the mail over. Raises `Unavailable` (later) or `Rejected` (stop)."""
        prepared = _Prepared(email, sender=self.sender)
        try:
            with self._app.app_context(), self._mail.connect() as connection:
                connection.send(prepared)
        except (OSError, smtplib.SMTPException) as error:
            raise classify(error) from error


class VerifiedConnection(flask_mail.Connection):
    """A connection with a timeout and a checked certificate."""

    def __init__(self, mail: Any, *, server: SmtpServer, tls_context: Callable[[], ssl.SSLContext]) -> None:
        super().__init__(mail)
        self._server = server
        self._tls_context = tls_context

    def configure_host(self) -> smtplib.SMTP:
        """A greeted, encrypted (unless switched off) and signed-in connection.

        Whatever the server answers before the first mail is a fault between the two machines, never of a mail: even a
        5xx here raises `Unavailable`.
        """
        server = self._server
        host: smtplib.SMTP | None = None
        try:
            if server.ssl:
                host = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=self._tls_context())
            else:
                host = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
            if server.starttls:
                host.starttls(context=self._tls_context())
            if server.username:
                host.login(server.username, server.password)
        except (OSError, smtplib.SMTPException) as error:
            if host is not None:
                host.close()
            raise _before_the_mail(error) from error
        return host

    def __exit__(self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None) -> None:
        """Say goodbye if the server still listens; what it answers no longer matters."""
        host, self.host = self.host, None
        if host is None:
            return
        if exc_type is None or issubclass(exc_type, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)):
            with contextlib.suppress(OSError, smtplib.SMTPException):
                host.quit()
        host.close()


class _VerifiedMail(flask_mail.Mail):
    """Flask-Mail set up from plain values, never from `app.config`: `TESTING` does not silence it, nothing is printed."""

    def __init__(self, server: SmtpServer, *, app: App, sender: str, tls_context: Callable[[], ssl.SSLContext]) -> None:
        super().__init__()
        self._server = server
        self._tls_context = tls_context
        self.state = self.init_mail({"MAIL_SERVER": server.host, "MAIL_PORT": server.port, "MAIL_DEFAULT_SENDER": sender})
        app.extensions["mail"] = self.state

    def connect(self) -> VerifiedConnection:
        return VerifiedConnection(self.state, server=self._server, tls_context=self._tls_context)


class _Prepared(flask_mail.Message):
    """A Flask-Mail message whose bytes are ours (see `mime.py`)."""

    def __init__(self, email: Email, *, sender: str) -> None:
        super().__init__(subject=email.subject, recipients=[email.to], sender=sender, reply_to=email.reply_to or None)
        self.msgId = email.message_id
        self._content = as_mime(email, sender=sender).as_bytes()

    def as_bytes(self) -> bytes:
        return self._content


def classify(error: Exception) -> MailError:
    """What an error of the SMTP conversation means for the mail: `Rejected` after a 5xx answer, otherwise `Unavailable`."""
    if isinstance(error, MailError):
        return error
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((answer[0] for answer in error.recipients.values()), default=0)
        return _by_code(code, verb="refused the recipient")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _by_code(error.smtp_code, verb="refused the sender")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_error != _LINE_TOO_LONG:
        return _by_code(error.smtp_code, verb="refused the mail")
    return _before_the_mail(error)


def _by_code(code: int, *, verb: str) -> MailError:
    if code >= _REFUSED_FOR_GOOD:
        return Rejected(f"The mail server {verb} for good ({code}).")
    return Unavailable(f"The mail server {verb} for now ({code}).")


def _before_the_mail(error: Exception) -> Unavailable:
    if isinstance(error.__context__, TimeoutError):  # smtplib hides it behind "disconnected"
        error = error.__context__
    code = f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    said = next(words for kind, words in _BEFORE_THE_MAIL if isinstance(error, kind))
    return Unavailable(f"{said}{code}.")


_BEFORE_THE_MAIL: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "The certificate of the mail server is not trusted; nothing was handed over"),
    (ssl.SSLError, "No encrypted connection to the mail server could be made"),
    (TimeoutError, "The mail server did not answer in time"),
    (ConnectionRefusedError, "Nothing listens at the address of the mail server"),
    (smtplib.SMTPAuthenticationError, "The mail server did not accept the user name and password"),
    (smtplib.SMTPNotSupportedError, "The mail server does not offer what the settings ask for, encryption or sign-in"),
    (smtplib.SMTPServerDisconnected, "The mail server closed the connection"),
    (smtplib.SMTPResponseException, "The mail server is not ready"),
    (Exception, "The mail server cannot be reached"),
)
"""First match counts."""
