"""The first page of the admin area."""

from app.web.admin.today import page

__all__ = ["page"]
