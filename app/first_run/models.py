"""What a new owner has said about the first steps; what is done is looked at each time and not stored."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class FirstStep(Model):
    """A step that somebody put aside; `all` is the whole page."""

    __tablename__ = "first_step"

    name: Mapped[str] = mapped_column(primary_key=True)
    put_aside_at: Mapped[datetime]
