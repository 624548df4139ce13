"""The owner's area."""

from app.web.admin import booking, calendar, doctor, errands, inbox, mails, outbox, pulse, settings, sign_in, sync, today, tokens
from app.web.admin.account import audit, code, colleagues, factor, mailed, own
from app.web.admin.blueprint import blueprint
from app.web.admin.catalogue import event_types, hosts
from app.web.admin.desk import acting, noting, verifying
from app.web.admin.drift import account as drift
from app.web.admin.drift import editor
from app.web.admin.first_run import page as first_run
from app.web.admin.people import person, search
from app.web.admin.reports import export, feed, overview, views

__all__ = [
    "acting",
    "audit",
    "blueprint",
    "booking",
    "calendar",
    "code",
    "colleagues",
    "doctor",
    "drift",
    "editor",
    "errands",
    "event_types",
    "export",
    "factor",
    "feed",
    "first_run",
    "hosts",
    "inbox",
    "mailed",
    "mails",
    "noting",
    "outbox",
    "overview",
    "own",
    "person",
    "pulse",
    "search",
    "settings",
    "sign_in",
    "sync",
    "today",
    "tokens",
    "verifying",
    "views",
]
