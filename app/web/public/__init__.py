"""The public pages."""

from app.web.public.blueprint import blueprint
from app.web.public.booking import book, book_event, book_host, consultation
from app.web.public.moments import moments
from app.web.public.pages import home, robots, sitemap
from app.web.public.problem import error
from app.web.public.success import calendar_file, manage, success, success_status
from app.web.public.times import times, times_chosen
from app.web.public.unsubscribe import unsubscribe, unsubscribe_now

__all__ = [
    "blueprint",
    "book",
    "book_event",
    "book_host",
    "calendar_file",
    "consultation",
    "error",
    "home",
    "manage",
    "moments",
    "robots",
    "sitemap",
    "success",
    "success_status",
    "times",
    "times_chosen",
    "unsubscribe",
    "unsubscribe_now",
]
