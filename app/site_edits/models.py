"""What was changed in the site file from a page, and drafts that somebody looks at before."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class SiteEdit(Model):
    """One change of the site file: both texts, so that it can be shown and taken back."""

    __tablename__ = "site_edit"
    __table_args__ = (Index("ix_site_edit_at_id", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None]
    """Who; no foreign key: a change outlives its account."""
    who: Mapped[str] = mapped_column(default="")
    what: Mapped[str] = mapped_column(default="")
    """The part of the settings, or `undo 12`."""
    before: Mapped[str]
    after: Mapped[str]


class SiteDraft(Model):
    """A text that somebody looks at before it is saved; one for each person."""

    __tablename__ = "site_draft"

    staff_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    text: Mapped[str]
