"""What was found to differ, and since when."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class CalcomDrift(Model):
    """One property of one object that is not as the file says; the row goes when it is again."""

    __tablename__ = "calcom_drift"

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    """Empty for an object that is only there, or only in the file."""
    since: Mapped[datetime]
    reported: Mapped[bool]
    """Cal.com's API cannot be told; it can only be reported."""
    says: Mapped[str]


class CalcomLook(Model):
    """The last comparison of the account with the file. There is one row."""

    __tablename__ = "calcom_look"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime]
    """When somebody last began; who begins takes it for a day."""
    ended_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    """Why it could not be told."""


class CalcomEdit(Model):
    """One change that somebody made in the editor, with the way back."""

    __tablename__ = "calcom_edit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[int | None]
    slug: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undoes: Mapped[int | None]
    """The edit that this one takes back."""
    outcome: Mapped[str] = mapped_column(default="")
    """Empty when Cal.com took it; else what it said."""
