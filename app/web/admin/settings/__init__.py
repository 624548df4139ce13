"""Texts and brand of the site file, changed on pages."""

from app.first_run import put_aside
from app.site_edits import history

__all__ = ["history", "put_aside"]
