"""Hosts, as far as Cal.com tells about them."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Absence(Model):
    """A host is out of office. An edited absence is told again with the same uuid; its deletion is never told."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    host_email: Mapped[str] = mapped_column(index=True)
    start: Mapped[datetime]
    end: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    stand_in_email: Mapped[str] = mapped_column(default="")
    """Who is booked instead."""
    said_at: Mapped[datetime]
    """When Cal.com said so: the newest word counts, whenever it arrives."""
