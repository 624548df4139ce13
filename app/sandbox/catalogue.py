"""The host and the event types that the simulated Cal.com offers.

They are fixed: a newcomer, the tests and the benchmarks all meet the same six. `intro` comes
first and is the plainest one, so that every first example can rely on it.
"""

from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    """How people meet, in the words that Cal.com uses in its deliveries."""

    LINK = "link"
    IN_PERSON = "inPerson"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a meeting happens: a web address or a street address."""

    kind: PlaceKind
    value: str


@dataclass(frozen=True, kw_only=True)
class Host:
    """The one person who can be booked."""

    id: int
    name: str
    username: str
    email: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One kind of meeting that can be booked."""

    id: int
    slug: str
    title: str
    description: str
    minutes: int
    place: Place
    lengths: tuple[int, ...] = ()
    confirm_first: bool = False
    price: int = 0
    currency: str = "usd"
    seats: int | None = None
    weeks: int | None = None

    def offered_lengths(self) -> tuple[int, ...]:
        """All lengths in minutes that a visitor may choose from."""
        return self.lengths or (self.minutes,)


HOST = Host(
    id=1,
    name="Robin Meyer",
    username="demo",
    email="robin@example.com",
    time_zone="Europe/London",
)

_VIDEO = Place(kind=PlaceKind.LINK, value="https://meet.example.com/robin-meyer")
_ROOM = Place(kind=PlaceKind.IN_PERSON, value="20 Quay Street, London")

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(
        id=101,
        slug="intro",
        title="Intro call",
        description="A first conversation about where you are and what you need. Bring your questions.",
        minutes=30,
        place=_VIDEO,
    ),
    EventType(
        id=102,
        slug="consultation",
        title="Consultation",
        description="A closer look at one subject. Robin reads each request and confirms it personally.",
        minutes=45,
        place=_ROOM,
        confirm_first=True,
    ),
    EventType(
        id=103,
        slug="paid-session",
        title="Paid session",
        description="One hour of focused work together. The time is yours once it is paid.",
        minutes=60,
        place=_ROOM,
        price=9000,
        currency="gbp",
    ),
    EventType(
        id=104,
        slug="group-class",
        title="Group class",
        description="A small class of up to four people. Come as you are.",
        minutes=60,
        place=_ROOM,
        seats=4,
    ),
    EventType(
        id=105,
        slug="weekly-coaching",
        title="Weekly coaching",
        description="The same half hour every week. Choose the first date, the others follow.",
        minutes=30,
        place=_VIDEO,
        weeks=4,
    ),
    EventType(
        id=106,
        slug="flexible",
        title="Flexible meeting",
        description="Short or long: choose how much time you need.",
        minutes=30,
        place=_VIDEO,
        lengths=(15, 30, 60),
    ),
)


def find_event_type(slug: str) -> EventType | None:
    """The event type with this slug, if there is one."""
    return next((kind for kind in EVENT_TYPES if kind.slug == slug), None)
