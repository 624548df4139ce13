"""How event types and hosts are shown: their state in words, their address here, how many bookings they have."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import url_for

from app.bookings import finding
from app.bookings.finding import Count
from app.bookings.question import Filters
from app.hosts.models import EventType, Host

STATES = {"active": "Active", "hidden": "Hidden", "template": "Template", "removed": "Gone from Cal.com"}
BADGES = {"active": "processed", "hidden": "planned", "template": "skipped", "removed": "cancelled"}
"""The look of a state."""
MEANING = {
    "active": "Anybody finds and books it.",
    "hidden": "It can be booked by its address and is not listed.",
    "template": "Managed event types of the team are made from it; it cannot be booked itself.",
    "removed": "Kept for its bookings; old links say that it is gone.",
}


@dataclass(frozen=True)
class Kind:
    """One event type in the list."""

    row: EventType
    state: str
    public_url: str
    """Its page here; empty when it has none."""
    bookings: Count
    list_url: str


@dataclass(frozen=True)
class Someone:
    """One host in the list."""

    row: Host
    state: str
    kinds: list[EventType]
    """What can be booked with them now."""
    public_url: str
    bookings: Count | None
    """None for a team: its bookings stand under its members."""
    list_url: str


def state_of(kind: EventType) -> str:
    """`active`, `hidden`, `template` or `removed`."""
    if kind.removed_at or kind.host.removed_at:
        return "removed"
    if not kind.active:
        return "template"
    return "hidden" if kind.hidden else "active"


def kinds(rows: list[EventType], *, host: str = "") -> list[tuple[Host, list[Kind]]]:
    """Event types under the hosts that own them, in the order of the rows; with the bookings of one host, if an address is given."""
    return [(owner, [_kind(row, host=host) for row in group]) for owner, group in groupby(rows, key=lambda row: row.host)]


def _kind(row: EventType, *, host: str) -> Kind:
    state = state_of(row)
    address = url_for("public.book_event", username=row.host.username, slug=row.slug) if state in {"active", "hidden"} else ""
    return Kind(row, state, address, finding.count(Filters(event_type=row.slug, host=host)), url_for("admin.calendar", type=row.slug, view="all"))


def someone(row: Host, mine: list[EventType]) -> Someone:
    """A host with what can be booked there."""
    gone = row.removed_at is not None
    open_ones = [kind for kind in mine if state_of(kind) == "active"]
    address = "" if gone or not open_ones else url_for("public.book_host", username=row.username)
    email = row.email.lower()
    bookings = finding.count(Filters(host=email)) if email else None
    return Someone(row, "removed" if gone else "active", open_ones, address, bookings, url_for("admin.calendar", host=email, view="all") if email else "")


def synced_at(rows: list[EventType] | list[Host]) -> datetime | None:
    """When Cal.com was last asked, as far as the rows know."""
    return max((row.last_synced_at for row in rows), default=None)
