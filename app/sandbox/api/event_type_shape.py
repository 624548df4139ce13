"""An event type as the API tells it, in the manner of 2024-06-14."""

from typing import Any

from app.sandbox.api.places import offered_place
from app.sandbox.catalogue import EventType, PlaceKind
from app.sandbox.questions import WITH_OPTIONS, WITHOUT_PLACEHOLDER, Question

DEFAULT_QUESTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "name", "label": "your_name", "placeholder": "", "required": True},
    "email": {"type": "email", "label": "email_address", "placeholder": "", "required": True, "hidden": False},
    "location": {"type": "radioInput", "label": "location", "required": False, "hidden": False},
    "title": {"type": "text", "label": "what_is_this_meeting_about", "placeholder": "", "required": False, "hidden": True},
    "notes": {"type": "textarea", "label": "additional_notes", "placeholder": "", "required": False, "hidden": False},
    "guests": {"type": "multiemail", "label": "additional_guests", "placeholder": "", "required": False, "hidden": False},
    "rescheduleReason": {"type": "textarea", "label": "reason_for_reschedule", "placeholder": "", "required": False, "hidden": False},
}
_DISABLED = {"disabled": True}
NO_MAILS = {"disableStandardEmails": {"all": {"attendee": True, "host": True}}}
"""This simulation writes no mails, and says so as an event type does whose mails are switched off."""


def event_type(kind: EventType, *, web: str) -> dict[str, Any]:
    """Everything about an event type that the API shows; `web` is where booking pages are."""
    return {
        "id": kind.id,
        "ownerId": kind.host.id,
        "lengthInMinutes": kind.minutes,
        **({"lengthInMinutesOptions": list(kind.lengths)} if kind.lengths else {}),
        "title": kind.title,
        "slug": kind.slug,
        "description": kind.description,
        "locations": _locations(kind),
        "bookingFields": [*_default_questions(kind), *(_question(one) for one in kind.questions)],
        "disableGuests": bool(kind.seats),
        "slotInterval": kind.slot_interval,
        "minimumBookingNotice": kind.notice_minutes,
        "beforeEventBuffer": kind.buffer_before,
        "afterEventBuffer": kind.buffer_after,
        "recurrence": _series(kind),
        "metadata": NO_MAILS | kind.metadata,
        "price": kind.price,
        "currency": kind.currency,
        "lockTimeZoneToggleOnBookingPage": False,
        "seatsPerTimeSlot": kind.seats,
        "seatsShowAvailabilityCount": bool(kind.seats),
        "forwardParamsSuccessRedirect": None,
        "successRedirectUrl": None,
        "isInstantEvent": False,
        "scheduleId": kind.schedule_id,
        "bookingLimitsCount": dict(kind.period_limits) or _DISABLED,
        "bookingLimitsDuration": _DISABLED,
        "bookerActiveBookingsLimit": _active_limit(kind),
        "onlyShowFirstAvailableSlot": False,
        "bookingWindow": [kind.window] if kind.window else _DISABLED,
        "bookerLayouts": {"defaultLayout": "month", "enabledLayouts": ["month", "week", "column"]},
        "confirmationPolicy": _confirmation(kind),
        "requiresBookerEmailVerification": False,
        "hideCalendarNotes": False,
        "seats": _seats(kind),
        "offsetStart": 0,
        "customName": "",
        "useDestinationCalendarEmail": False,
        "hideCalendarEventDetails": False,
        "hideOrganizerEmail": False,
        "hidden": kind.hidden,
        "bookingRequiresAuthentication": kind.sign_in_needed,
        "users": [_user(kind)],
        "bookingUrl": f"{web}/{kind.host.username}/{kind.slug}",
        **kind.more,
    }


def _locations(kind: EventType) -> list[dict[str, Any]]:
    offered = offered_place(list(kind.places))
    return [*map(dict, kind.places)] if kind.places and offered in {None, kind.place} else [_location(kind)]


def _location(kind: EventType) -> dict[str, Any]:
    name = {PlaceKind.LINK: "link", PlaceKind.IN_PERSON: "address", PlaceKind.PHONE: "phone"}[kind.place.kind]
    return {"type": name, name: kind.place.value, "public": True}


def _default_questions(kind: EventType) -> list[dict[str, Any]]:
    told = []
    for slug, usual in DEFAULT_QUESTIONS.items():
        changed = kind.default_questions.get(slug, {})
        told.append({"slug": slug, "isDefault": True, **usual, **changed})
    return told


def _question(one: Question) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": one.type,
        "slug": one.slug,
        "label": one.label,
        "required": one.required,
        "disableOnPrefill": one.fixed_on_prefill,
        "hidden": one.hidden,
        "isDefault": False,
    }
    if one.type not in WITHOUT_PLACEHOLDER:
        told["placeholder"] = one.placeholder
    if one.type in WITH_OPTIONS:
        told["options"] = list(one.options)
    return told


def _active_limit(kind: EventType) -> dict[str, Any]:
    if kind.active_limit is None:
        return dict(_DISABLED)
    return {"maximumActiveBookings": kind.active_limit, "offerReschedule": False, **kind.details.get("bookerActiveBookingsLimit", {})}


def _confirmation(kind: EventType) -> dict[str, Any]:
    if not kind.confirm_first:
        return dict(_DISABLED)
    return kind.details.get("confirmationPolicy") or {"type": "always", "blockUnconfirmedBookingsInBooker": True}


def _series(kind: EventType) -> dict[str, Any] | None:
    if not kind.weeks:
        return None
    return {"interval": kind.rhythm.interval, "occurrences": kind.weeks, "frequency": kind.rhythm.frequency}


def _seats(kind: EventType) -> dict[str, Any]:
    if not kind.seats:
        return dict(_DISABLED)
    return {"seatsPerTimeSlot": kind.seats, "showAttendeeInfo": False, "showAvailabilityCount": True, **kind.details.get("seats", {})}


def _user(kind: EventType) -> dict[str, Any]:
    host = kind.host
    return {
        "id": host.id,
        "name": host.name,
        "username": host.username,
        "avatarUrl": host.avatar_url,
        "brandColor": None,
        "darkBrandColor": None,
        "weekStart": host.week_start,
        "metadata": {},
    }
