"""What a request without a good version header gets: the manner of 2024-04-15."""

from typing import Any

from app.sandbox.api.problems import spelled
from app.sandbox.catalogue import EventType, Host
from app.sandbox.schedules import WEEKDAYS, Schedule
from app.sandbox.state import Booking


def booking(one: Booking) -> dict[str, Any]:
    """A row with the names of the first API."""
    kind = one.event_type
    return {
        "id": one.id,
        "uid": one.uid,
        "userId": one.host.id,
        "userPrimaryEmail": one.host.email,
        "eventTypeId": None if kind.gone else kind.id,
        "title": one.title,
        "description": one.notes,
        "startTime": spelled(one.start),
        "endTime": spelled(one.end),
        "status": one.status.value,
        "paid": one.paid,
        "location": one.where.value,
        "metadata": dict(one.metadata),
        "attendees": [{"name": p.name, "email": p.email, "timeZone": p.time_zone, "locale": p.locale} for p in one.people()],
        "user": {"id": one.host.id, "name": one.host.name, "email": one.host.email},
    }


def event_types(host: Host, kinds: list[EventType]) -> dict[str, Any]:
    """All types of a host, in groups."""
    profile = {"slug": host.username, "name": host.name, "image": host.avatar_url}
    return {"eventTypeGroups": [{"teamId": None, "profile": profile, "eventTypes": [event_type(one) for one in kinds]}], "profiles": [profile]}


def event_type(kind: EventType) -> dict[str, Any]:
    """A type with the names of the first API."""
    return {
        "id": kind.id,
        "userId": kind.host.id,
        "title": kind.title,
        "slug": kind.slug,
        "description": kind.description,
        "length": kind.minutes,
        "hidden": kind.hidden,
        "price": kind.price,
        "currency": kind.currency,
        "seatsPerTimeSlot": kind.seats,
        "requiresConfirmation": kind.confirm_first,
    }


def schedule(one: Schedule, host: Host) -> dict[str, Any]:
    """Working hours as days of the week in numbers, Sunday first, and minutes of the day."""
    hours = [
        {
            "days": [(WEEKDAYS.index(day) + 1) % 7 for day in each.days],
            "startTime": each.opens.hour * 60 + each.opens.minute,
            "endTime": each.closes.hour * 60 + each.closes.minute,
        }
        for each in one.hours
    ]
    return {
        "id": one.id,
        "name": one.name,
        "isManaged": False,
        "workingHours": hours,
        "timeZone": one.time_zone,
        "dateOverrides": [],
        "isDefault": one.id == host.default_schedule_id,
    }
