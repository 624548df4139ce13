"""Turns JSON and forms from outside into orders, and says in words what is wrong with them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import request

from app.sandbox.desk import desk
from app.sandbox.errors import BadRequest
from app.sandbox.questions import Question
from app.sandbox.state import Person

_LONGEST = 1000


def json_object() -> dict[str, Any]:
    """The request's JSON object; an empty body counts as an empty one."""
    if not request.get_data():
        return {}
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise BadRequest("The request needs a JSON object.")
    return given


def text(given: Mapping[str, Any], name: str, *, longest: int = _LONGEST) -> str:
    """A text field without blanks around it, cut where Cal.com cuts it."""
    value = given.get(name) or ""
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be text.")
    return value.strip()[:longest]


def number(given: Mapping[str, Any], name: str) -> int | None:
    """A whole number, or None where it is absent."""
    value = given.get(name)
    if value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError:
        raise BadRequest(f"{name} must be a number.") from None


def flag(given: Mapping[str, Any], name: str) -> bool:
    """A switch; absent means off."""
    return given.get(name) in (True, "1", "true", "on")


def moment(value: object) -> datetime:
    """An aware UTC time from its ISO spelling."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadRequest("start must be a time like 2030-01-31T09:00:00Z.") from None
    if found.tzinfo is None:
        raise BadRequest("start must name its time zone, for example by a Z at its end.")
    return found.astimezone(UTC)


def zone(value: object) -> str:
    """A known time zone; the host's where none is given."""
    name = str(value or desk().engine.catalogue.first_host().time_zone)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadRequest(f"{name} is not a time zone.") from None
    return name


def address(value: object) -> str:
    """Something that can be an email address."""
    found = str(value or "").strip()
    name, _, domain = found.partition("@")
    if not name or "." not in domain.strip(".") or any(c.isspace() for c in found):
        raise BadRequest("Please enter an email address like name@example.com.")
    return found


def booker(given: Mapping[str, Any]) -> Person:
    """The person who books."""
    name = text(given, "name")
    if not name:
        raise BadRequest("Please enter your name.")
    return Person(
        name=name,
        email=address(given.get("email")),
        time_zone=zone(given.get("timeZone")),
        locale=text(given, "locale", longest=12) or "en",
    )


def guests(given: Mapping[str, Any], *, like: Person) -> tuple[Person, ...]:
    """The people the booker brings along."""
    listed = given.get("guests") or []
    if not isinstance(listed, list):
        raise BadRequest("guests must be a list of email addresses.")
    return tuple(Person(name="", email=address(one), time_zone=like.time_zone, locale=like.locale) for one in listed if str(one).strip())


def mapping(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object; absent means an empty one."""
    found = given.get(name) or {}
    if not isinstance(found, dict):
        raise BadRequest(f"{name} must be an object.")
    return found


def answers(given: Mapping[str, Any], questions: Iterable[Question]) -> dict[str, Any]:
    """Answers to the host's own questions; one that does not fit is refused, one that nobody asked for is lost."""
    found, kept = mapping(given, "answers"), {}
    for question in questions:
        answer = found.get(question.slug)
        fault = question.fault_in(answer)
        if fault:
            raise BadRequest(f"{question.label}: {fault.removeprefix(question.slug).strip()}.")
        if answer not in (None, "", []):
            kept[question.slug] = answer
    return kept


def metadata(given: Mapping[str, Any]) -> dict[str, str]:
    """What the site around the frame wants to find again on its booking."""
    return {str(key): str(value) for key, value in mapping(given, "metadata").items()}
