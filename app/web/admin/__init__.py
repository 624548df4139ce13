"""The owner's area."""

from app.web.admin import booking, calendar, doctor, inbox, mails, outbox, sign_in, sync, today, tokens
from app.web.admin.blueprint import blueprint

__all__ = ["blueprint", "booking", "calendar", "doctor", "inbox", "mails", "outbox", "sign_in", "sync", "today", "tokens"]
