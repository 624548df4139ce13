"""Long work that somebody asked for: watch, stop, go on."""

from app.web.admin.errands.pages import errand, resume_errand, stop_errand

__all__ = ["errand", "resume_errand", "stop_errand"]
