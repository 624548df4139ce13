"""`/demo/outbox`: the mails written so far, as a person would see them."""

import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, url_for

from app.config import Settings

blueprint = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")

SHOWN = 200
SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
MAIL_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; {SANDBOX}"
"""For the mail's own HTML, shown in a frame: mails carry their style inside, and run nothing."""


@dataclass(frozen=True)
class Mail:
    """One written mail."""

    name: str
    subject: str
    sender: str
    recipient: str
    sent: datetime | None
    text: str
    html: str
    calendar: str
    headers: list[tuple[str, str]]


@blueprint.get("/outbox")
def outbox() -> str:
    """Every mail, newest first, and the one that was chosen (the newest at first)."""
    return _page("")


@blueprint.get("/outbox/<name>")
def show(name: str) -> str:
    """One mail beside the list."""
    return _page(name)


@blueprint.get("/outbox/<name>/body")
def body(name: str) -> Response:
    """The HTML part alone, for the frame."""
    found = _read(_file(name))
    answer = Response(found.html or "<p>This mail has no HTML part.</p>", mimetype="text/html")
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer


def _page(name: str) -> str:
    files = sorted(_folder().glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)[:SHOWN]
    mails = [_read(path) for path in files]
    if name:
        _file(name)
    chosen = next((mail for mail in mails if mail.name == name), mails[0] if mails else None)
    return render_template("demo/outbox.html", mails=mails, chosen=chosen, refresh_url=url_for(".outbox"))


def _folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.outbox_folder


def _file(name: str) -> Path:
    path = (_folder() / f"{name}.eml").resolve()
    if path.parent != _folder().resolve() or not path.is_file():
        abort(404)
    return path


def _read(path: Path) -> Mail:
    message = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)  # noqa: S101 -- what policy.default returns
    return Mail(
        name=path.stem,
        subject=str(message["subject"] or ""),
        sender=str(message["from"] or ""),
        recipient=str(message["to"] or ""),
        sent=parsedate_to_datetime(str(message["date"])) if message["date"] else None,
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        calendar=_part(message, "text/calendar"),
        headers=[(key, str(value)) for key, value in message.items()],
    )


def _part(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == kind:
            content = part.get_content()
            return content.decode(errors="replace") if isinstance(content, bytes) else str(content)
    return ""
