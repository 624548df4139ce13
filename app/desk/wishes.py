"""What staff may want of a booking, and what can become of it."""

from dataclasses import dataclass
from enum import StrEnum

from app.bookings.facts import Address
from app.calcom.errors import CalcomError

HOST = "host"
"""Stands where the address of an attendee would: the mark is about the host."""


class Act(StrEnum):
    """What is to be done; the words stand in addresses and in the acts of staff."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"
    ASK_TO_MOVE = "ask-to-move"
    """Cal.com cancels the booking and sends the booker a link to choose another time."""
    ABSENT = "absent"
    """Somebody did not come, or did after all."""


class Span(StrEnum):
    """How much of a series or a class an act is about."""

    ONE = "one"
    FOLLOWING = "following"
    """This date and all later ones."""
    SERIES = "series"
    """Every date that is still to come."""
    CLASS = "class"
    """Every seat of the class."""


class Outcome(StrEnum):
    """What became of a wish."""

    DONE = "done"
    ALREADY = "already"
    """Cal.com had it like this; nothing had to be asked."""
    CHANGED = "changed"
    """Cal.com has the booking otherwise than the page showed; nothing was asked, and this site knows it now too."""
    REFUSED = "refused"
    """Cal.com said no, or cannot; nothing changed."""
    AWAY = "away"
    """It could not be asked; nothing changed."""
    UNSURE = "unsure"
    """It was asked, and nobody knows what it did."""


@dataclass(frozen=True)
class Staff:
    """Who wants it."""

    id: int
    name: str

    @property
    def actor(self) -> str:
        """How the history names this person."""
        return f"admin:{self.name}"


@dataclass(frozen=True)
class Wish:
    """One act on one booking."""

    act: Act
    reference: str
    address: Address
    """Where the booking stands now; in a class with the seat."""
    by: Staff
    reason: str = ""
    email: str = ""
    """Whose presence it is about: an address, or `HOST`."""
    absent: bool = True
    span: Span = Span.ONE
    seat_uid: str = ""
    """By which a seat is found when it changed its class."""
    shown: frozenset[str] = frozenset()
    """Who holds a seat as far as the page told: nobody else's may be cancelled with the class."""

    @property
    def whole_class(self) -> bool:
        """Whether it is about everybody in the class."""
        return self.span is Span.CLASS and bool(self.address.seat)


@dataclass(frozen=True)
class Result:
    """What became of it."""

    outcome: Outcome
    error: CalcomError | None = None
    """Why not."""
    recorded: bool = True
    """False when the database took no write: the delivery or the next comparison then brings what Cal.com did."""
    others: int = 0
    """How many further dates of the series, or seats of the class, ended with it."""
