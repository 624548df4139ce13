"""How the API says no: in five shapes, because five layers of the real one answer for themselves.

Ordinary errors and validation speak one dialect, the database layer and the inner services their own, an
unhandled fault has no `status` at all, and what stands in front of everything answers with a web page.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from app.sandbox.desk import desk
from app.sandbox.errors import Refused

_NAMES = {
    400: ("BadRequestException", "Bad Request"),
    401: ("UnauthorizedException", "Unauthorized"),
    403: ("ForbiddenException", "Forbidden"),
    404: ("NotFoundException", "Not Found"),
    409: ("ConflictException", "Conflict"),
    498: ("TokenExpiredException", "Token Expired"),
    422: ("UnprocessableEntityException", "Unprocessable Entity"),
}
_WORDS = {
    "slot_taken": (400, "User either already has booking at this time or is not available"),
    "class_full": (400, "Booking seats are full"),
    "already_in_class": (409, "You have already signed up for this booking."),
    "time_not_offered": (400, "User either already has booking at this time or is not available"),
    "in_the_past": (400, "Attempting to book a meeting in the past."),
    "too_soon": (400, "The event type can't be booked at selected time slot. Minimum booking notice not met."),
    "too_far_ahead": (400, "The event type can't be booked at selected time. It could be too far in the future."),
    "too_many_bookings": (400, "Attendee with this email can't book because the maximum number of active bookings has been reached."),
    "period_full": (400, "booking_limit_reached"),
    "too_early": (400, "Bookings can only be marked as absent after their start time."),
    "slug_taken": (400, "User already has an event type with this slug."),
    "nothing_to_pay": (400, "Nothing is due."),
    "no_longer_booked": (400, "This booking has been cancelled or rejected and cannot be changed."),
    "unknown_event_type": (404, "Event type not found."),
    "unknown_host": (404, "User not found."),
    "unknown_booking": (404, "Booking not found."),
}


class ApiProblem(Exception):
    """An ordinary refusal: a status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class BadBody(Exception):
    """Validation failed: each property with its rules."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(faults.values()))
        self.faults = dict(faults)


class InnerProblem(Exception):
    """A refusal of an inner service, told in its own words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class DatabaseProblem(Exception):
    """What the database said."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def ordinary(problem: ApiProblem) -> Response:
    """Status, sentence, and both again in the details."""
    code, words = _NAMES[problem.status]
    details = {"message": problem.message, "error": words, "statusCode": problem.status}
    return _answer(problem.status, {"code": code, "message": problem.message, "details": details})


def validation(problem: BadBody) -> Response:
    """Each wrong property with the rules that it breaks."""
    errors = [{"property": name, "constraints": {"isValid": words}, "children": []} for name, words in problem.faults.items()]
    message = ", ".join(problem.faults.values())
    return _answer(400, {"code": "BadRequestException", "message": message, "details": {"message": message, "errors": errors}})


def inner(problem: InnerProblem) -> Response:
    """The manner of the inner services: one code for everything."""
    return _answer(problem.status, {"code": "TRPCError", "message": problem.message})


def database(problem: DatabaseProblem) -> Response:
    """The manner of the database layer: a code of its own."""
    return _answer(problem.status, {"code": problem.code, "message": problem.message})


def unhandled() -> Response:
    """A fault that nobody caught: no `status`."""
    return make_response(jsonify(statusCode=500, message="Internal server error"), 500)


def throttled() -> Response:
    """Too many requests."""
    return _answer(429, {"code": "ThrottlerException", "message": "CustomThrottlerGuard - Too many requests. Please try again later."})


def web_page(status: int = 502) -> Response:
    """What the edge shows when nothing behind it answers."""
    page = f"<!DOCTYPE html>\n<html><head><title>{status}: Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"
    return make_response(page, status, {"Content-Type": "text/html; charset=UTF-8"})


def refused(problem: Refused) -> Response:
    """A refusal of the engine in the API's words; some come from deeper inside than others."""
    if problem.code == "already_in_class":
        return database(DatabaseProblem(409, "CONFLICT", _WORDS[problem.code][1]))
    if problem.code in ("not_waiting", "payment_open"):
        return inner(InnerProblem(400, problem.words))
    if problem.code == "bad_request":
        return validation(BadBody({"body": problem.words}))
    status, message = _WORDS.get(problem.code, (400, problem.words))
    return ordinary(ApiProblem(status, message))


def _answer(status: int, error: dict[str, Any]) -> Response:
    body = {"status": "error", "timestamp": spelled(desk().engine.now()), "path": request.full_path.rstrip("?"), "error": error}
    return make_response(jsonify(body), status)


def spelled(moment: datetime) -> str:
    """A moment as the API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
