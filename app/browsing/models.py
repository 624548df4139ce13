"""One thing that happened in a visitor's browser before a booking."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class BrowserMoment(Model):
    """One moment. It knows no person, no uid and no network address: only the hash that a booking from this browser has as well."""

    __tablename__ = "browser_moment"
    __table_args__ = (
        Index("ix_browser_moment_visitor_hash_at", "visitor_hash", "at"),
        Index("ix_browser_moment_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor_hash: Mapped[str]
    """SHA-256 of the visitor's token, as in `Booking.visitor_hash`."""
    at: Mapped[datetime]
    kind: Mapped[str]
    """One of `kinds.KINDS`."""
    page: Mapped[str]
    """The path on which it happened."""
    about: Mapped[str]
    """Where the visitor came from, on `opened`; empty otherwise."""
