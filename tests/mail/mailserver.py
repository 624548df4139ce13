"""A real mail server on loopback that the tests can tell how to behave."""

from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SENDER = "North Quay Ä <office@example.com>"


@dataclass
class Mailbox:
    """What the server took, and what it says at each step (empty: yes)."""

    bodies: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    at_mail: str = ""
    at_recipient: str = ""
    at_data: str = ""
    at_quit: str = ""

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802 -- aiosmtpd's name
        """Answer MAIL FROM."""
        envelope.mail_from = address
        return self.at_mail or "250 OK"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802 -- aiosmtpd's name
        """Answer RCPT TO."""
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        """Answer the text of the mail."""
        if self.at_data:
            return self.at_data
        assert isinstance(envelope.content, bytes)
        self.bodies.append(envelope.content)
        self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        """Answer the goodbye."""
        if self.at_quit == "hang up":
            transport: Any = server.transport
            transport.abort()
        return "221 bye"


class Server(Controller):
    """aiosmtpd on a free port."""

    def __init__(self, mailbox: Mailbox, **kwargs: Any) -> None:
        super().__init__(mailbox, hostname="127.0.0.1", port=0, **kwargs)

    def _trigger_server(self) -> None:
        """Learn the free port before the controller knocks at it."""
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types here
