"""Whom and what can be booked, as far as Cal.com tells: hosts, their event types, their absences."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class Host(Model):
    """Somebody who can be booked: a person, or a team under its name. What Cal.com told last; removed ones stay for the history."""

    __tablename__ = "host"
    __table_args__ = (UniqueConstraint("kind", "calcom_id"), Index("ix_host_username", "username"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """`person` or `team`: each counts its numbers at Cal.com on its own."""
    calcom_id: Mapped[int]
    username: Mapped[str]
    """The name in addresses; for a team its slug."""
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None]
    last_synced_at: Mapped[datetime]

    event_types: Mapped[list["EventType"]] = relationship(order_by="[EventType.position, EventType.id]", viewonly=True)


class EventType(Model):
    """One kind of meeting of a host. What Cal.com told last; removed ones stay for the history."""

    __tablename__ = "event_type"
    __table_args__ = (Index("ix_event_type_host_id_slug", "host_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calcom_id: Mapped[int] = mapped_column(unique=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    slug: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int]
    """The length when nothing else is chosen."""
    lengths: Mapped[list[Any]] = mapped_column(default=list)
    """All lengths to choose from, in minutes; empty when there is only one."""
    price: Mapped[int] = mapped_column(default=0)
    """In the smallest unit of the currency."""
    currency: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    """Whether it can be booked by itself; false when it is gone, or a template that managed types are made from."""
    hidden: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    """Cal.com's `metadata`. (`metadata` is taken on a declarative class.)"""
    booking_fields: Mapped[list[Any]] = mapped_column(default=list)
    """The questions: `{slug, type, label, required, placeholder, hidden, options}`."""
    locations: Mapped[list[Any]] = mapped_column(default=list)
    destination: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The calendar that receives its events, `{integration, name}`, where Cal.com tells it."""
    working_hours: Mapped[list[Any]] = mapped_column(default=list)
    """Of its schedule: `{days, start, end}` with English names of days and times of the schedule's zone."""
    overrides: Mapped[list[Any]] = mapped_column(default=list)
    """Days that differ: `{date, start, end}`."""
    time_zone: Mapped[str] = mapped_column(default="")
    """Of its schedule."""
    minimum_notice: Mapped[int] = mapped_column(default=0)
    """Minutes."""
    window: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How far ahead it can be booked, as Cal.com says it."""
    seats: Mapped[int] = mapped_column(default=0)
    """Seats of each time; none when a time is for one booking alone."""
    recurrence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confirms_first: Mapped[bool] = mapped_column(default=False)
    """Whether the host may have to say yes."""
    needs_page: Mapped[bool] = mapped_column(default=False)
    """Whether only Cal.com's own page can take a booking: it asks to sign in or to prove the address."""
    shared: Mapped[str] = mapped_column(default="")
    """How several hosts share it: `collective`, `roundRobin`, or empty."""
    people: Mapped[list[Any]] = mapped_column(default=list)
    """E-mail addresses of those who hold it, as far as they are known."""
    position: Mapped[int] = mapped_column(default=0)
    booking_url: Mapped[str] = mapped_column(default="")
    """Its page at Cal.com."""
    link: Mapped[str] = mapped_column(default="")
    """What the embed takes: `acme/consultation`, `team/acme/consultation`."""
    removed_at: Mapped[datetime | None]
    last_synced_at: Mapped[datetime]

    host: Mapped[Host] = relationship(viewonly=True)


class FormerUsername(Model):
    """A name that a host had before: its addresses still lead on."""

    __tablename__ = "former_username"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))


class FormerSlug(Model):
    """A slug that an event type had before: its addresses still lead on."""

    __tablename__ = "former_slug"
    __table_args__ = (UniqueConstraint("host_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    slug: Mapped[str]
    event_type_id: Mapped[int] = mapped_column(ForeignKey("event_type.id"))
