"""Texts and brand of the site file, changed on pages: parts, history, preview."""

from app.web.admin.settings import pages, past, preview

__all__ = ["pages", "past", "preview"]
