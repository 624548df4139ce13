"""The ways a mail leaves: by SMTP, into a folder, into memory. All of them write the same bytes."""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.mail.errors import Unavailable
from app.mail.message import Email
from app.mail.mime import as_bytes
from app.mail.smtp import App, Reached, SmtpServer, SmtpTransport, Step

_LONGEST_NAME = 120


class Transport(Protocol):
    """Sends one mail to one person."""

    def send(self, email: Email, reached: Reached = lambda _: None) -> None:
        """Return when the mail has been taken over for good; says before the point of no return that it is `Step.READY`.

        Raises `Unavailable` (later), `Rejected` (stop) or `Unsure` (nobody can know), and whatever `reached` raises.
        """

    def close(self) -> None:
        """Nothing more is to be sent for now."""


class MailSettings(Protocol):
    """The settings that decide how mail leaves; `app.config.Settings` has them."""

    MAIL_SERVER: str
    MAIL_PORT: int
    MAIL_USE_TLS: bool
    MAIL_USE_SSL: bool
    MAIL_USERNAME: str
    MAIL_PASSWORD: str
    MAIL_PREVIEW_ONLY: bool
    PREVIEW: bool

    @property
    def sender(self) -> str:
        """The address mails come from."""

    @property
    def outbox_folder(self) -> Path:
        """Where mails are written when there is no mail server."""


class FileTransport:
    """Writes each mail as `<local part of its Message-ID>.eml`; sending the same Message-ID again changes nothing."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    def send(self, email: Email, reached: Reached = lambda _: None) -> None:
        """The mail is in the folder, whole and on disk. Raises `Unavailable` when the folder cannot be written."""
        content = as_bytes(email, sender=self.sender)
        reached(Step.CONNECTED)
        reached(Step.READY)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            target = self.folder / file_name(email.message_id)
            if not target.exists():
                _write_whole(target, content=content)
        except OSError as error:
            raise Unavailable(f"The outbox folder cannot be written: {error.strerror or 'unknown error'}.") from error
        reached(Step.HANDED_OVER)
        reached(Step.TAKEN)

    def close(self) -> None:
        """There is nothing to close."""


class MemoryTransport:
    """Keeps the mails in a list; for tests."""

    def __init__(self, *, fail: Callable[[Email], Exception | None] = lambda _: None) -> None:
        self.sent: list[Email] = []
        self._fail = fail

    def send(self, email: Email, reached: Reached = lambda _: None) -> None:
        """The mail is in `sent`, or the error that `fail` gave for it is raised."""
        reached(Step.CONNECTED)
        if (error := self._fail(email)) is not None:
            raise error
        reached(Step.READY)
        self.sent.append(email)
        reached(Step.TAKEN)

    def close(self) -> None:
        """There is nothing to close."""


def from_settings(settings: MailSettings, app: App) -> Transport:
    """SMTP when `MAIL_SERVER` is set, otherwise files in the outbox folder. `MAIL_PREVIEW_ONLY` and `PREVIEW` always mean files."""
    if not settings.MAIL_SERVER or settings.MAIL_PREVIEW_ONLY or settings.PREVIEW:
        return FileTransport(settings.outbox_folder, sender=settings.sender)
    server = SmtpServer(
        host=settings.MAIL_SERVER,
        port=settings.MAIL_PORT,
        starttls=settings.MAIL_USE_TLS and not settings.MAIL_USE_SSL,
        ssl=settings.MAIL_USE_SSL,
        username=settings.MAIL_USERNAME,
        password=settings.MAIL_PASSWORD,
    )
    return SmtpTransport(server, app=app, sender=settings.sender)


def file_name(message_id: str) -> str:
    """The name of the file that holds the mail with this Message-ID; safe for any file system."""
    local = message_id.strip("<>").rsplit("@", 1)[0]
    safe = re.sub(r"[^A-Za-z0-9._+=-]", "_", local).lstrip(".")[:_LONGEST_NAME]
    if safe != local:
        safe = f"{safe}-{hashlib.sha256(local.encode()).hexdigest()[:12]}"
    return f"{safe}.eml"


def _write_whole(target: Path, *, content: bytes) -> None:
    """The file is there with all its content, or not at all, even if the power fails between two lines."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
