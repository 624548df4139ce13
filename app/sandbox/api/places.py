"""Where people meet, as a request says it."""

from typing import Any

from app.sandbox.api import body
from app.sandbox.api.problems import BadBody
from app.sandbox.catalogue import Place, PlaceKind

_HOSTS = {"address": ("address", PlaceKind.IN_PERSON), "link": ("link", PlaceKind.LINK), "phone": ("phone", PlaceKind.PHONE)}
_ATTENDEES = {
    "attendeeAddress": ("address", PlaceKind.IN_PERSON),
    "attendeeDefined": ("location", PlaceKind.IN_PERSON),
    "attendeePhone": ("phone", PlaceKind.PHONE),
}
_CHOSEN_ELSEWHERE = ("integration", "organizersDefaultApp")


def chosen_place(given: dict[str, Any] | None, *, by_host: bool = False) -> Place | None:
    """The place that somebody wants; None means that of the event type. A visitor cannot say where the host is."""
    kind = given.get("type") if given else None
    if given is None or kind in _CHOSEN_ELSEWHERE or (kind in _HOSTS and not by_host):
        return None
    known = _HOSTS | _ATTENDEES
    if kind not in known:
        raise BadBody({"location.type": "Validation failed for location: type is unknown"})
    name, of_kind = known[kind]
    if body.filled(given.get(name)):
        raise BadBody({f"location.{name}": f"{name} should not be empty"})
    return Place(kind=of_kind, value=given[name])


def checked_places(given: list[Any]) -> list[dict[str, Any]]:
    """The places that a host offers, each with what belongs to its kind; a kind that does not exist is refused."""
    found = []
    for one in given:
        kind = one.get("type") if isinstance(one, dict) else None
        name = _HOSTS[kind][0] if kind in _HOSTS else "integration" if kind == "integration" else None
        if kind not in {*_HOSTS, *_ATTENDEES, *_CHOSEN_ELSEWHERE}:
            raise BadBody({"locations.type": "Validation failed for locations: type is unknown"})
        if name and body.filled(one.get(name)):
            raise BadBody({f"locations.{name}": f"{name} should not be empty"})
        wanted = ["type", *([name] if name else []), *(["public"] if kind in _HOSTS else [])]
        found.append({each: one[each] for each in wanted if each in one})
    return found


def offered_place(given: list[Any]) -> Place | None:
    """The first place of an event type that this simulation knows; a visitor's own counts as none."""
    for one in given:
        if isinstance(one, dict) and one.get("type") in _HOSTS:
            return chosen_place(one, by_host=True)
    return None
