"""What a request says about an event type, turned into changes of one; a part that it does not name stays as it is."""

from collections.abc import Callable
from datetime import date
from typing import Any

from app.sandbox.api import body
from app.sandbox.api.body import Property
from app.sandbox.api.event_type_shape import DEFAULT_QUESTIONS
from app.sandbox.api.places import checked_places, offered_place
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.periods import PERIODS
from app.sandbox.questions import CUSTOM_TYPES, WITH_OPTIONS, WITHOUT_PLACEHOLDER, Question
from app.sandbox.rhythm import Rhythm

Changes = dict[str, Any]

PROPERTIES = {
    "title": Property(body.filled, required=True),
    "slug": Property(body.filled, required=True),
    "lengthInMinutes": Property(body.whole, required=True),
    "lengthInMinutesOptions": Property(body.listed),
    "description": Property(body.text),
    "hidden": Property(body.switch),
    "locations": Property(body.listed),
    "bookingFields": Property(body.listed),
    "minimumBookingNotice": Property(body.whole),
    "beforeEventBuffer": Property(body.whole),
    "afterEventBuffer": Property(body.whole),
    "slotInterval": Property(body.whole),
    "scheduleId": Property(body.whole),
    "bookingWindow": Property(body.mapping),
    "seats": Property(body.mapping),
    "recurrence": Property(body.mapping),
    "confirmationPolicy": Property(body.mapping),
    "bookerActiveBookingsLimit": Property(body.mapping),
    "bookingLimitsCount": Property(body.mapping),
    "bookingRequiresAuthentication": Property(body.switch),
}
_PLAIN = {
    "title": "title",
    "slug": "slug",
    "lengthInMinutes": "minutes",
    "description": "description",
    "hidden": "hidden",
    "minimumBookingNotice": "notice_minutes",
    "beforeEventBuffer": "buffer_before",
    "afterEventBuffer": "buffer_after",
    "slotInterval": "slot_interval",
    "scheduleId": "schedule_id",
    "bookingRequiresAuthentication": "sign_in_needed",
}
KEPT = {
    "color": Property(body.mapping),
    "customName": Property(body.text),
    "interfaceLanguage": Property(body.text),
    "successRedirectUrl": Property(body.text),
    "bookingLimitsDuration": Property(body.mapping),
    "offsetStart": Property(body.whole),
    "onlyShowFirstAvailableSlot": Property(body.switch),
    "showOptimizedSlots": Property(body.switch),
    "destinationCalendar": Property(body.mapping),
    "useDestinationCalendarEmail": Property(body.switch),
    "hideCalendarNotes": Property(body.switch),
    "hideCalendarEventDetails": Property(body.switch),
    "hideOrganizerEmail": Property(body.switch),
    "lockTimeZoneToggleOnBookingPage": Property(body.switch),
    "requiresBookerEmailVerification": Property(body.switch),
    "disableGuests": Property(body.switch),
    "disableCancelling": Property(body.mapping),
    "disableRescheduling": Property(body.mapping),
    "allowReschedulingPastBookings": Property(body.switch),
    "allowReschedulingCancelledBookings": Property(body.switch),
    "bookerLayouts": Property(body.mapping),
    "calVideoSettings": Property(body.mapping),
}
"""Settings without an effect in this simulation; they read back as they were written."""
_WINDOWS = ("businessDays", "calendarDays", "range")
_FREQUENCIES = ("weekly", "monthly", "yearly")


def changes_in(given: dict[str, Any]) -> Changes:
    """The attributes to set on an event type."""
    found: Changes = {own: given[name] for name, own in _PLAIN.items() if name in given}
    if "lengthInMinutesOptions" in given:
        found["lengths"] = tuple(_whole_numbers(given["lengthInMinutesOptions"], "lengthInMinutesOptions"))
    if "locations" in given:
        found["places"] = tuple(checked_places(given["locations"]))
        if place := offered_place(given["locations"]):
            found["place"] = place
    if "bookingFields" in given:
        found |= _questions(given["bookingFields"])
    details: dict[str, dict[str, Any]] = {}
    for name, read in _SETTINGS.items():
        if name in given:
            changes = read(None if given[name].get("disabled") else given[name])
            details |= changes.pop("details", {})
            found |= changes
    return found | ({"details": details} if details else {})


def _seats(given: dict[str, Any] | None) -> Changes:
    if given is None:
        return {"seats": None}
    flags = {name: Property(body.switch) for name in ("showAttendeeInfo", "showAvailabilityCount")}
    kept = body.checked(given, {"seatsPerTimeSlot": Property(_at_least_one, required=True), **flags}, path="seats.")
    return {"seats": kept.pop("seatsPerTimeSlot"), "details": {"seats": kept}}


def _recurrence(given: dict[str, Any] | None) -> Changes:
    if given is None:
        return {"weeks": None}
    wanted = {
        "interval": Property(_at_least_one, required=True),
        "occurrences": Property(_at_least_one, required=True),
        "frequency": Property(body.one_of(*_FREQUENCIES), required=True),
    }
    kept = body.checked(given, wanted, path="recurrence.")
    return {"weeks": kept["occurrences"], "rhythm": Rhythm(kept["frequency"], kept["interval"])}


def _confirmation(given: dict[str, Any] | None) -> Changes:
    if given is None:
        return {"confirm_first": False}
    wanted = {
        "type": Property(body.one_of("always", "time"), required=True),
        "noticeThreshold": Property(body.mapping, required=given.get("type") == "time"),
        "blockUnconfirmedBookingsInBooker": Property(body.switch, required=True),
    }
    return {"confirm_first": True, "details": {"confirmationPolicy": body.checked(given, wanted, path="confirmationPolicy.")}}


def _active_limit(given: dict[str, Any] | None) -> Changes:
    if given is None:
        return {"active_limit": None}
    wanted = {"maximumActiveBookings": Property(_at_least_one, required=True), "offerReschedule": Property(body.switch)}
    kept = body.checked(given, wanted, path="bookerActiveBookingsLimit.")
    return {"active_limit": kept.pop("maximumActiveBookings"), "details": {"bookerActiveBookingsLimit": kept}}


def _period_limits(given: dict[str, Any] | None) -> Changes:
    wanted = {name: Property(_at_least_one) for name in PERIODS}
    return {"period_limits": body.checked(given or {}, wanted, path="bookingLimitsCount.")}


def _window(given: dict[str, Any] | None) -> Changes:
    if given is None:
        return {"window": None}
    kept = body.checked(given, {"type": Property(body.one_of(*_WINDOWS), required=True)}, path="bookingWindow.")
    value = given.get("value")
    if kept["type"] == "range":
        if not (isinstance(value, list) and len(value) == 2 and all(_is_date(one) for one in value)):
            raise BadBody({"bookingWindow.value": "value must be an array of two dates"})
        return {"window": {"type": "range", "value": value}}
    if body.whole(value):
        raise BadBody({"bookingWindow.value": "value must be a number"})
    return {"window": {"type": kept["type"], "value": value, "rolling": bool(given.get("rolling"))}}


_SETTINGS: dict[str, Callable[[dict[str, Any] | None], Changes]] = {
    "seats": _seats,
    "recurrence": _recurrence,
    "confirmationPolicy": _confirmation,
    "bookerActiveBookingsLimit": _active_limit,
    "bookingWindow": _window,
    "bookingLimitsCount": _period_limits,
}


def _questions(given: list[Any]) -> Changes:
    """The whole list takes the place of the stored one; questions that every type has come back as they usually are."""
    own: list[Question] = []
    changed: dict[str, dict[str, Any]] = {}
    for one in given:
        if not isinstance(one, dict):
            raise BadBody({"bookingFields": "each value in bookingFields must be an object"})
        usual = one.get("slug") if one.get("slug") in DEFAULT_QUESTIONS else one.get("type") if one.get("type") in ("name", "email") else None
        if usual is None:
            own.append(_question(one))
            continue
        if usual == "email" and (one.get("required") is False or one.get("hidden")):
            raise ApiProblem(400, "Email booking field must be required and visible")
        changed[str(usual)] = {name: one[name] for name in ("label", "placeholder", "required", "hidden", "disableOnPrefill") if name in one}
    if len({one.slug for one in own}) < len(own):
        raise ApiProblem(400, "Booking fields must have unique slugs")
    return {"questions": tuple(own), "default_questions": changed}


def _question(one: dict[str, Any]) -> Question:
    kind = one.get("type")
    if kind not in CUSTOM_TYPES:
        raise BadBody({"bookingFields.type": f"Unknown booking field type: {kind}"})
    wanted = {
        "slug": Property(body.filled, required=True),
        "label": Property(body.filled, required=True),
        "required": Property(body.switch, required=True),
        "hidden": Property(body.switch),
        "disableOnPrefill": Property(body.switch),
        "placeholder": Property(body.text, required=kind not in WITHOUT_PLACEHOLDER),
        "options": Property(body.listed, required=kind in WITH_OPTIONS),
    }
    kept = body.checked(one, wanted, path="bookingFields.")
    return Question(
        slug=kept["slug"],
        type=kind,
        label=kept["label"],
        required=kept["required"],
        placeholder=kept.get("placeholder", ""),
        hidden=kept.get("hidden", False),
        options=tuple(map(str, kept.get("options", ()))),
        fixed_on_prefill=kept.get("disableOnPrefill", False),
    )


def _whole_numbers(given: list[Any], name: str) -> list[int]:
    if any(body.whole(one) for one in given):
        raise BadBody({name: f"each value in {name} must be a number"})
    return given


def _at_least_one(value: Any) -> str | None:
    return body.whole(value) or (None if value else "must not be less than 1")


def _is_date(value: Any) -> bool:
    try:
        date.fromisoformat(str(value)[:10])
    except ValueError:
        return False
    return True
