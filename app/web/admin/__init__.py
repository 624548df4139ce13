"""The owner's area."""

from app.web.admin.blueprint import blueprint

__all__ = ["blueprint"]
