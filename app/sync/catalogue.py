"""Whom and what can be booked, read from Cal.com and kept as rows.

Everything is read before anything is written, and nothing is asked while a transaction is open: when Cal.com fails in
the middle, the rows stay as they were and no delivery waits. A row that Cal.com no longer names is marked, never
deleted, since bookings and old addresses still lead to it; a renamed one keeps its number and leaves its old name as a
redirect. What other people's keys would be needed for (schedules of team members) is left empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.calcom.account import Member, Team
from app.calcom.client import Client
from app.calcom.errors import NotAllowed, NotFound
from app.calcom.types import BookingField, EventType, Place, Schedule, Window
from app.db import insert, transaction
from app.hosts.models import EventType as EventTypeRow
from app.hosts.models import FormerSlug, FormerUsername
from app.hosts.models import Host as HostRow

PERSON, TEAM = "person", "team"
PAGE_ONLY = ("bookingRequiresAuthentication", "requiresBookerEmailVerification", "isInstantEvent")


@dataclass(frozen=True)
class Counts:
    """What a refresh did to hosts and event types."""

    created: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.created + other.created, self.changed + other.changed, self.same + other.same, self.gone + other.gone)


@dataclass(frozen=True)
class FoundHost:
    """One host as Cal.com tells it, with the columns of its event types."""

    kind: str
    calcom_id: int
    values: Mapping[str, Any]
    event_types: Sequence[Mapping[str, Any]] = field(default=())


def refresh(client: Client) -> Counts:
    """Reads everything and brings the rows up to date; raises `CalcomError` and changes nothing when Cal.com fails."""
    found = read(client)
    with transaction() as session:
        return store(session, found)


def read(client: Client) -> list[FoundHost]:
    """The key's own account, its teams and their members, with what can be booked with each."""
    me = client.people.me()
    schedules = _schedules(client)
    default = next((schedule for schedule in schedules if schedule.id == me.default_schedule_id), None)
    default = default or next((schedule for schedule in schedules if schedule.default), None)
    own = {"username": me.username, "name": me.name, "email": me.email, "time_zone": me.time_zone}
    by_id = {schedule.id: schedule for schedule in schedules}
    mine = _columns(client.event_types.mine(), me.username, people=[me.email], schedules=by_id, default=default)
    found = [FoundHost(PERSON, me.id, own, mine)]
    seen = {me.id}
    for team in _teams(client):
        members = _members(client, team)
        found += _team(client, team, members, by_id)
        for member in members:
            if member.user_id not in seen and member.username:
                seen.add(member.user_id)
                found.append(_member(client, member))
    return found


def store(session: Session, found: Sequence[FoundHost]) -> Counts:
    """Writes what was read; what is not in it is marked as gone."""
    now, counts = clock.now(), Counts()
    rows = {(row.kind, row.calcom_id): row for row in session.scalars(select(HostRow))}
    kinds = {row.calcom_id: row for row in session.scalars(select(EventTypeRow))}
    seen: set[int] = set()
    for position, each in enumerate(found):
        row, values = rows.pop((each.kind, each.calcom_id), None), {**each.values, "position": position}
        if row is not None and row.username != each.values["username"]:
            _leave_username(session, row)
        fresh, row = row is None, row or HostRow(kind=each.kind, calcom_id=each.calcom_id)
        counts += _bring(session, row, values, fresh=fresh, now=now)
        session.flush()
        for columns in each.event_types:
            if columns["calcom_id"] not in seen:  # a type of a team may be told by its members as well
                seen.add(columns["calcom_id"])
                counts += _bring_type(session, kinds.pop(columns["calcom_id"], None), row, columns, now=now)
    lost: list[HostRow | EventTypeRow] = [*rows.values(), *kinds.values()]
    for gone in lost:
        if gone.removed_at is None:
            gone.removed_at, counts = now, counts + Counts(gone=1)
            if isinstance(gone, EventTypeRow):
                gone.active = False
    return counts


def _bring_type(session: Session, row: EventTypeRow | None, host: HostRow, columns: Mapping[str, Any], *, now: datetime) -> Counts:
    if row is not None and (row.slug, row.host_id) != (columns["slug"], host.id):
        former = insert(FormerSlug).values(host_id=row.host_id, slug=row.slug, event_type_id=row.id)
        session.execute(former.on_conflict_do_update(index_elements=["host_id", "slug"], set_={"event_type_id": row.id}))
    fresh, row = row is None, row or EventTypeRow()
    return _bring(session, row, {**columns, "host_id": host.id}, fresh=fresh, now=now)


def _bring(session: Session, row: HostRow | EventTypeRow, values: Mapping[str, Any], *, fresh: bool, now: datetime) -> Counts:
    differs = fresh or row.removed_at is not None
    for name, value in values.items():
        if fresh or getattr(row, name) != value:
            setattr(row, name, value)
            differs = differs or name != "position"  # it shifts when another one comes or goes
    row.removed_at, row.last_synced_at = None, now
    if fresh:
        session.add(row)
    return Counts(created=int(fresh), changed=int(differs and not fresh), same=int(not differs))


def _leave_username(session: Session, row: HostRow) -> None:
    former = insert(FormerUsername).values(username=row.username, host_id=row.id)
    session.execute(former.on_conflict_do_update(index_elements=["username"], set_={"host_id": row.id}))


def _schedules(client: Client) -> Sequence[Schedule]:
    try:
        return client.schedules.all()
    except NotFound:  # an installation may keep them to itself: free times do not need them
        return ()


def _teams(client: Client) -> Sequence[Team]:
    """Teams with a page of their own; a self-hosted Cal.com has none at all."""
    try:
        return [team for team in client.people.teams() if team.slug and not team.organisation]
    except NotFound:
        return []


def _members(client: Client, team: Team) -> Sequence[Member]:
    try:
        return [member for member in client.people.memberships(team.id) if member.accepted]
    except (NotFound, NotAllowed):  # an ordinary member may not list the others
        return []


def _team(client: Client, team: Team, members: Sequence[Member], schedules: Mapping[int, Schedule]) -> Iterator[FoundHost]:
    try:
        kinds = client.event_types.of_team(team.id)
    except NotFound:
        return
    by_user = {member.user_id: member.email for member in members if member.email}
    values = {"username": team.slug, "name": team.name, "email": "", "time_zone": team.time_zone}
    columns = []
    for position, kind in enumerate(kinds):
        told = [host for host in kind.raw.get("hosts") or () if isinstance(host, dict)]
        people = [person.email for person in kind.users if person.email] or [email for host in told if (email := by_user.get(host.get("userId") or 0))]
        schedule = schedules.get(kind.schedule_id or 0)
        columns.append(_column(kind, f"team/{team.slug}", position=position, people=people, schedule=schedule))
    yield FoundHost(TEAM, team.id, values, columns)


def _member(client: Client, member: Member) -> FoundHost:
    try:
        kinds = client.event_types.of(member.username)
    except NotFound:
        kinds = ()
    values = {"username": member.username, "name": member.name, "email": member.email, "time_zone": member.time_zone}
    people = [member.email] if member.email else []
    return FoundHost(PERSON, member.user_id, values, _columns(kinds, member.username, people=people, schedules={}, default=None))


def _columns(
    kinds: Sequence[EventType], account: str, *, people: list[str], schedules: Mapping[int, Schedule], default: Schedule | None
) -> list[dict[str, Any]]:
    return [
        _column(kind, account, position=position, people=people, schedule=schedules.get(kind.schedule_id, default) if kind.schedule_id else default)
        for position, kind in enumerate(kinds)
    ]


def _column(kind: EventType, account: str, *, position: int, people: list[str], schedule: Schedule | None) -> dict[str, Any]:
    """The columns of one event type."""
    shared = str(kind.raw.get("schedulingType") or "")
    return {
        "calcom_id": kind.id,
        "slug": kind.slug,
        "title": kind.title,
        "description": kind.description,
        "minutes": kind.length_minutes,
        "lengths": list(kind.length_options) if len(kind.length_options) > 1 else [],
        "price": kind.price,
        "currency": kind.currency,
        "active": shared != "managed",
        "hidden": kind.hidden,
        "details": dict(kind.metadata),
        "booking_fields": [_field(each) for each in kind.booking_fields],
        "locations": [_place(each) for each in kind.locations],
        "destination": _destination(kind.raw.get("destinationCalendar")),
        "working_hours": [{"days": list(hours.days), "start": hours.start, "end": hours.end} for hours in schedule.hours] if schedule else [],
        "overrides": [{"date": day.day.isoformat(), "start": day.start, "end": day.end} for day in schedule.overrides] if schedule else [],
        "time_zone": schedule.time_zone if schedule else "",
        "minimum_notice": kind.minimum_notice,
        "window": _window(kind.window),
        "seats": kind.seats.per_slot if kind.seats else 0,
        "recurrence": {"frequency": kind.recurrence.frequency, "interval": kind.recurrence.interval, "occurrences": kind.recurrence.occurrences}
        if kind.recurrence
        else {},
        "confirms_first": kind.confirmation is not None,
        "needs_page": any(kind.raw.get(name) for name in PAGE_ONLY),
        "shared": shared,
        "people": people,
        "position": position,
        "booking_url": kind.booking_url,
        "link": f"{account}/{kind.slug}",
    }


def _field(each: BookingField) -> dict[str, Any]:
    return {
        "slug": each.slug, "type": each.type, "label": each.label, "required": each.required, "placeholder": each.placeholder,
        "hidden": each.hidden, "options": list(each.options), "own": each.own,
    }  # fmt: skip


def _place(each: Place) -> dict[str, Any]:
    return {"type": each.type, "value": each.value, "public": each.public}


def _destination(said: Any) -> dict[str, str]:
    if not isinstance(said, dict) or not said.get("integration"):
        return {}
    return {"integration": str(said["integration"]), "name": str(said.get("externalId") or "")}


def _window(window: Window | None) -> dict[str, Any]:
    if window is None:
        return {}
    first, last = (day.isoformat() if day else "" for day in (window.first, window.last))
    return {"type": window.type, "days": window.days or 0, "rolling": window.rolling, "first": first, "last": last}
