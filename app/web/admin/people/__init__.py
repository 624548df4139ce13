"""People: one page per e-mail address, and the list that leads there."""

from app.web.admin.people import person, search

__all__ = ["person", "search"]
