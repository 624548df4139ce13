"""People: staff who may sign in to the admin area, and customers, one row for each e-mail address."""

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Role(StrEnum):
    """What a staff member may do; the rules stand in `web/access.py`."""

    OWNER = "owner"
    MANAGER = "manager"
    HOST = "host"
    READ_ONLY = "read_only"


class AdminUser(UserMixin, Model):  # type: ignore[misc]  # flask-login ships no types
    """A staff member."""

    __tablename__ = "admin_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default=Role.OWNER)
    password_hash: Mapped[str] = mapped_column(default="")
    """Empty while an invitation waits to be accepted: nobody signs in with such an account."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]

    session_token = ""
    """Only in memory, only while somebody is being signed in."""

    @property
    def invited(self) -> bool:
        """Whether the person has still to accept the invitation."""
        return not self.password_hash

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in at all (read by flask-login)."""
        return self.active

    def get_id(self) -> str:
        """What the browser's session stores: the token of its row in `staff_session`, set by whoever signs the person in."""
        return self.session_token


class Customer(Model):
    """Somebody who booked, or was booked for."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case. For people who left only a phone number, the address Cal.com makes up."""
    name: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class OptOut(Model):
    """Somebody who wants no more mails of a sequence. Service mail (confirmations, reminders) is not touched by it."""

    __tablename__ = "opt_out"
    __table_args__ = (UniqueConstraint("email", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    """Lower case."""
    sequence: Mapped[str]
    """`follow_up`, `re_engagement`, or `all`."""
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="")
    """How: `link`, `one-click`, `admin`."""


class StaffAct(Model):
    """One thing that staff did in the admin area. Append-only and chained; `staff_acts.py` writes and checks it."""

    __tablename__ = "staff_act"
    __table_args__ = (
        Index("ix_staff_act_at_id", "at", "id"),
        Index("ix_staff_act_staff_id_at_id", "staff_id", "at", "id"),
        Index("ix_staff_act_act_at_id", "act", "at", "id"),
        Index("ix_staff_act_subject_at_id", "subject", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … without a gap: the place in the chain."""
    at: Mapped[datetime]
    staff_id: Mapped[int | None]
    """Who; None for the command line and for people who have not signed in. No foreign key: a line outlives its account."""
    act: Mapped[str]
    """A short dotted word: `booking.cancel`."""
    subject: Mapped[str] = mapped_column(default="")
    """On what: a reference or a key."""
    detail: Mapped[str] = mapped_column(default="")
    hash: Mapped[str]
    """SHA-256 over this line and the hash of the line before it."""


class StaffActHead(Model):
    """The one row that remembers how many acts there are and the hash of the last: a missing last line shows."""

    __tablename__ = "staff_act_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    hash: Mapped[str]
