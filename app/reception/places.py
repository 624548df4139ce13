"""Where to meet: what an event type offers, in words, and what the visitor has to fill in for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.calcom.types import Place
from app.hosts.models import EventType
from app.hosts.providers import integration
from app.reception.questions import LENGTH, Wrong, phone

ASKS = {
    "attendeePhone": ("tel", "Your phone number"),
    "attendeeAddress": ("text", "Your address"),
    "attendeeDefined": ("text", "Where shall we meet?"),
}


@dataclass(frozen=True)
class Offered:
    """One way to meet."""

    key: str
    """Its number in the form."""
    words: str
    place: Place
    ask: str = ""
    """The label of what has to be filled in; empty when nothing has."""
    input: str = "text"

    @property
    def sent(self) -> bool:
        """Whether Cal.com takes it in a booking."""
        return self.place.type != "unknown"


def offered(kind: EventType) -> list[Offered]:
    """All ways to meet, in the owner's order."""
    found = []
    for number, row in enumerate(kind.locations):
        place = Place(type=row["type"], value=row["value"], public=row["public"])
        shape, label = ASKS.get(place.type, ("text", ""))
        found.append(Offered(str(number), _words(place), place, label, shape))
    return found


def summary(kind: EventType) -> str:
    """For a card: the only way to meet, or how many there are."""
    ways = offered(kind)
    if len(ways) == 1:
        return ways[0].words
    return ", ".join(dict.fromkeys(way.words for way in ways)) if ways else ""


def chosen(ways: Sequence[Offered], key: str, said: str) -> Place | None:
    """What the visitor chose and filled in; None when there is nothing to tell Cal.com. Raises `Wrong`."""
    if not ways:
        return None
    way = ways[0] if len(ways) == 1 else next((way for way in ways if way.key == key), None)
    if way is None:
        raise Wrong("Choose how we meet.")
    if way.ask:
        said = said.strip()
        if not said:
            raise Wrong("Enter your phone number." if way.input == "tel" else "Tell us where.")
        if len(said) > LENGTH:
            raise Wrong(f"This is too long: {LENGTH} characters at most.")
        return Place(type=way.place.type, value=phone(said) if way.input == "tel" else said)
    return way.place if len(ways) > 1 and way.sent else None


def _words(place: Place) -> str:
    shown = place.value if place.public else ""
    match place.type:
        case "address":
            return shown or "In person"
        case "integration":
            return integration(place.value)
        case "phone":
            return f"By phone: call {shown}" if shown else "By phone"
        case "attendeePhone":
            return "By phone: we call you"
        case "attendeeAddress":
            return "At your address"
        case "attendeeDefined":
            return "At a place you choose"
        case _:
            return "Online"
