"""The first steps of a new owner."""

from app.web.admin.first_run import page

__all__ = ["page"]
