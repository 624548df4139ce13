"""Routing forms that visitors filled in at Cal.com."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class FormSubmission(Model):
    """One submission; when no booking followed within a while, Cal.com says so in a second delivery."""

    __tablename__ = "form_submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """Over form, time, kind and answers: the same submission told twice is one row."""
    form_id: Mapped[str] = mapped_column(index=True)
    form_name: Mapped[str] = mapped_column(default="")
    without_booking: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str] = mapped_column(default="", index=True)
    """The address among the answers, lower case; empty when none was asked for."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By the identifier of the question: the value as it was given."""
    submitted_at: Mapped[datetime]
    inbox_id: Mapped[int | None]
