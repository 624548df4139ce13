"""The owner's area."""

from app.web.admin import booking, calendar, doctor, inbox, mails, outbox, sign_in, sync, today, tokens
from app.web.admin.account import audit, code, colleagues, factor, mailed, own
from app.web.admin.blueprint import blueprint

__all__ = [
    "audit",
    "blueprint",
    "booking",
    "calendar",
    "code",
    "colleagues",
    "doctor",
    "factor",
    "inbox",
    "mailed",
    "mails",
    "outbox",
    "own",
    "sign_in",
    "sync",
    "today",
    "tokens",
]
