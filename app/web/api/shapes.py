"""What the answers look like: each model is both how an answer is made and what the document says of it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.bookings.models import Payment, Status
from app.sync.models import RunKind, RunState

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Hidden = "`null` unless the token may see it."


class Shape(BaseModel):
    """An object of an answer."""

    model_config = ConfigDict(extra="forbid")


class Attendee(Shape):
    """Somebody who takes part, the booker first."""

    name: str | None = Field(description=Hidden)
    email: str | None = Field(description=Hidden)
    time_zone: str | None
    state: Literal["attending", "no_show"] | None


class Change(Shape):
    """One line of a booking's history."""

    at: Moment
    actor: str
    cause: str
    field: str
    old: Any
    new: Any


class Fields(Shape):
    """What a list and a single booking have in common."""

    reference: str
    status: Status
    payment: Payment
    uids: list[str] | None = Field(description=f"Oldest first. {Hidden}")
    event_type: str = Field(description="Slug of the event type.")
    title: str | None = Field(description=Hidden)
    start: Moment
    end: Moment
    host: str = Field(description="E-mail address of the host.")
    location: str | None = Field(description=Hidden)
    meeting_url: str | None = Field(description=Hidden)
    attendees: list[Attendee]
    moved: int = Field(description="How often it was moved.")
    metadata: dict[str, Any] | None = Field(description=Hidden)


class Booking(Fields):
    """A booking in a list."""

    changes: int = Field(description="How many lines its history has.")


class BookingWithHistory(Fields):
    """A booking with its history."""

    changes: list[Change]


class Bookings(Shape):
    """One page of bookings, by start."""

    bookings: list[Booking]
    next: str | None = Field(description="The cursor of the next page; `null` on the last one.")


class Host(Shape):
    """Who holds it."""

    username: str
    name: str


class EventType(Shape):
    """Something that can be booked."""

    id: int
    slug: str
    title: str
    description: str
    length: int = Field(description="Minutes.")
    lengths: list[int] = Field(description="All lengths to choose from.")
    price: int = Field(description="In the smallest unit of the currency.")
    currency: str | None
    host: Host
    confirmation: bool = Field(description="Whether the host may have to say yes.")
    seats: int | None
    recurring: bool
    active: bool
    hidden: bool
    url: str
    times_url: str | None
    last_synced_at: Moment


class EventTypes(Shape):
    """What can be booked."""

    event_types: list[EventType]


class Span(Shape):
    """From one moment to another."""

    start: Moment
    end: Moment


class Availability(Shape):
    """When an event type can be had."""

    slots: list[Span] = Field(description="Times that can be booked.")
    busy: list[Span] = Field(description="When bookings of this site take the host's time.")
    dateRanges: list[Span] = Field(description="The hours of its schedule.")


class Comparison(Shape):
    """A comparison of this site's bookings with Cal.com's."""

    id: int
    kind: RunKind
    state: RunState
    created: int
    changed: int
    same: int
    gone: int
    ignored: int
    unreadable: int
    requests: int
    verified: int | None
    verified_of: int | None
    asked_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    note: str | None
    error: str | None
    url: str = Field(description="Where to look how far it is.")


class Refresh(Shape):
    """Hosts and event types, read from Cal.com anew."""

    id: int
    state: Literal["asked", "running", "stopped", "done", "failed"]
    created: int
    changed: int
    same: int
    gone: int
    asked_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    error: str | None
    url: str = Field(description="Where to look how far it is.")


class Mistake(Shape):
    """One thing that will not do."""

    parameter: str | None = None
    member: str | None = None
    detail: str


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[Mistake] | None = None
