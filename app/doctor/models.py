"""What an examination found, for whoever opens the page later or in another process."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Examination(Model):
    """One run of all checks that was asked for on the page; the newest few are kept."""

    __tablename__ = "examination"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    results: Mapped[list[Any]] = mapped_column(default=list)
