"""An SMTP client that waits so long and no longer.

smtplib's timeout counts anew with each byte: a server that sends one byte a second would hold a worker for hours.
"""

import io
import smtplib
import socket
import time
from typing import Any


class PunctualSmtp(smtplib.SMTP):
    """An SMTP client whose patience is counted for a whole answer, however slowly it trickles in."""

    def getreply(self) -> tuple[int, bytes]:
        """The next answer. Raises `smtplib.SMTPServerDisconnected` or `TimeoutError` when it is not there in time."""
        if self.file is None:
            self.file = io.BufferedReader(_Trickle(self))
        patience = self.sock.gettimeout() if self.sock is not None else None
        self.answer_by = time.monotonic() + (patience or self.timeout)
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(patience)


class PunctualTlsSmtp(PunctualSmtp, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class _Trickle(io.RawIOBase):
    """What arrives on the connection, until the present answer is overdue."""

    def __init__(self, host: PunctualSmtp) -> None:
        self._host = host

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._host.answer_by - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        sock = socket_of(self._host)
        sock.settimeout(left)
        return sock.recv_into(buffer)


def socket_of(host: smtplib.SMTP) -> socket.socket:
    """The open connection. Raises `smtplib.SMTPServerDisconnected`."""
    if host.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return host.sock
