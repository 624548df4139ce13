"""`POST /v2/bookings`: the same booking as one made on the page, with the same deliveries.

There is no key that makes a second request harmless. The real one derives one from time and host, so the same
wish twice fails because the time is taken; that is how it is here as well.
"""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body, booking_shape, old_shapes
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.keys import caller, is_host
from app.sandbox.api.places import chosen_place
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.api.versions import BOOKINGS, is_new
from app.sandbox.catalogue import EventType
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownEventType
from app.sandbox.orders import NewBooking
from app.sandbox.questions import Question
from app.sandbox.state import Booking, Person

new_bookings = Blueprint("api_new_bookings", __name__)

_PROPERTIES = {
    "start": Property(body.instant, required=True),
    "attendee": Property(body.mapping, required=True),
    "bookingFieldsResponses": Property(body.mapping),
    "eventTypeId": Property(body.whole),
    "eventTypeSlug": Property(body.text),
    "username": Property(body.text),
    "teamSlug": Property(body.text),
    "guests": Property(body.listed),
    "location": Property(body.mapping),
    "metadata": Property(body.mapping),
    "lengthInMinutes": Property(body.whole),
    "recurrenceCount": Property(body.whole),
    "instant": Property(body.switch),
}
_ATTENDEE = {
    "name": Property(body.filled, required=True),
    "timeZone": Property(body.zone, required=True),
    "email": Property(body.email),
    "phoneNumber": Property(body.text),
    "language": Property(body.text),
}
_MOST_KEYS, _LONGEST_KEY, _LONGEST_VALUE = 50, 40, 500


@new_bookings.post("/bookings")
def create() -> Response:
    """The new booking; all dates of a series as a list."""
    given = body.read(_PROPERTIES)
    person = _person(body.checked(given["attendee"], _ATTENDEE, path="attendee."))
    kind = _event_type(given)
    if kind.sign_in_needed and caller().host is None:
        raise ApiProblem(401, "This event type requires authentication.")
    if given.get("instant"):
        raise ApiProblem(400, "Instant bookings are only possible for team event types.")
    _check_length(kind, given)
    answers = _answers(kind, given.get("bookingFieldsResponses") or {})
    notes = answers.pop("notes", "")
    made = desk().engine.create(
        NewBooking(
            slug=kind.slug,
            username=kind.host.username,
            start=body.moment(given["start"]),
            minutes=given.get("lengthInMinutes") if is_new(BOOKINGS) else None,
            weeks=given.get("recurrenceCount"),
            booker=person,
            guests=() if kind.seats else _guests(given.get("guests") or [], person),
            notes=notes if isinstance(notes, str) else "",
            metadata=_metadata(given.get("metadata") or {}),
            place=chosen_place(given.get("location")),
            answers=answers,
            office_hours_only=True,
        )
    )
    if not is_new(BOOKINGS):
        return success(old_shapes.booking(made[0]), status=201)
    told = [_shape(one, person) for one in made]
    return success(told if made[0].series else told[0], status=201)


def _shape(one: Booking, person: Person) -> dict[str, Any]:
    seat = next((each for each in one.seats if each.person.email == person.email), None)
    told = booking_shape.booking(one, seat=seat)
    if seat is not None and not is_host(one.host):
        told["attendees"] = [each for each in told["attendees"] if each["seatUid"] == seat.id]
    return told


def _event_type(given: dict[str, Any]) -> EventType:
    catalogue = desk().engine.catalogue
    number, slug, username = given.get("eventTypeId"), given.get("eventTypeSlug"), given.get("username")
    try:
        if number is not None:
            return catalogue.event_type(number)
        if slug and username:
            return catalogue.find(slug, username=username)
    except UnknownEventType:
        found = f"id {number}" if number is not None else f"slug {slug}"
        raise ApiProblem(404, f"Event type with {found} not found.") from None
    if slug and given.get("teamSlug"):
        raise ApiProblem(404, f"Team with slug {given['teamSlug']} not found")
    raise ApiProblem(400, "Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided")


def _check_length(kind: EventType, given: dict[str, Any]) -> None:
    if not is_new(BOOKINGS):
        return
    minutes, count = given.get("lengthInMinutes"), given.get("recurrenceCount")
    if minutes is not None and not kind.lengths:
        raise ApiProblem(400, "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths.")
    if minutes is not None and minutes not in kind.lengths:
        raise ApiProblem(400, f"Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible lengths are: {kind.lengths}")
    if count is not None and not kind.weeks:
        raise ApiProblem(400, "Event type is not recurring, so 'recurrenceCount' can't be provided.")
    if count is not None and not 1 <= count <= (kind.weeks or 0):
        raise ApiProblem(400, f"Event type recurs at most {kind.weeks} times.")


def _person(given: dict[str, Any]) -> Person:
    phone = given.get("phoneNumber", "")
    if phone and not phone.startswith("+"):
        raise BadBody({"attendee.phoneNumber": "phoneNumber must be in international format"})
    email = given.get("email") or (f"{phone.lstrip('+')}@sms.cal.com" if phone else "")
    if not email:
        raise ApiProblem(400, "Booking attendee needs an email or a phone number.")
    return Person(name=given["name"], email=email, time_zone=given["timeZone"], locale=given.get("language") or "en", phone=phone)


def _guests(given: list[Any], like: Person) -> tuple[Person, ...]:
    if any(body.email(one) for one in given):
        raise BadBody({"guests": "each value in guests must be an email"})
    return tuple(Person(name="", email=one, time_zone=like.time_zone, locale=like.locale) for one in given)


def _answers(kind: EventType, given: dict[str, Any]) -> dict[str, Any]:
    """Answers to questions that the event type has; all others are lost without a word."""
    kept = {"notes": given["notes"]} if given.get("notes") else {}
    for question in _asked(kind):
        fault = question.fault_in(given.get(question.slug))
        if fault:
            raise ApiProblem(400, f"Invalid bookingFieldsResponses: {fault}")
        if given.get(question.slug) not in (None, "", []):
            kept[question.slug] = given[question.slug]
    return kept


def _asked(kind: EventType) -> list[Question]:
    notes = kind.default_questions.get("notes", {})
    own = Question(slug="notes", type="textarea", label="notes", required=bool(notes.get("required")), hidden=bool(notes.get("hidden")))
    return [own, *kind.questions]


def _metadata(given: dict[str, Any]) -> dict[str, str]:
    too_long = any(len(key) > _LONGEST_KEY or len(str(value)) > _LONGEST_VALUE for key, value in given.items())
    if len(given) > _MOST_KEYS or too_long:
        raise BadBody({"metadata": "Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters."})
    return {key: str(value) for key, value in given.items()}
