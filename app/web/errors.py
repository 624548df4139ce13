"""From what went wrong to a status and a page: the one place that knows that `BookingNotFound` is a 404.

Machines get JSON: on the receiver's paths, the API and the health checks. People get a page that says what
happened, what to do next, and nothing else; it is rendered without the database.
"""

from dataclasses import dataclass

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkSize, NoMoreData
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, NotFound, SecurityError, ServiceUnavailable

from app.away import DatabaseBusy
from app.bookings.errors import BookingNotFound
from app.web.problems import Problem, problem

RETRY_SECONDS = 5
API = "api"
MACHINES = frozenset({"webhooks", API, "healthz", "readyz", "health", "metrics", "tokens", "moments"})
"""By the first part of the address."""


@dataclass(frozen=True)
class Words:
    """What the page of a status says."""

    heading: str
    why: str
    step: str


WORDS = {
    400: Words("This request did not make sense", "Something in it was missing or not as expected.", "Go back, load the page again and try once more."),
    403: Words("This is not open to you", "The page exists, but not for this visit.", "If you came by a link in a mail, open it again from there."),
    404: Words("There is no such page", "The address may have a typing mistake, or the page has moved.", "From the home page you find everything."),
    405: Words("This does not work like that", "The page cannot be used in this way.", "Go back and use the buttons of the page."),
    413: Words("That was too much at once", "What was sent is larger than we accept.", "Send less, or a smaller file."),
    429: Words("A little slower, please", "There were many requests from your connection in a short time.", "Wait a minute, then try again. Nothing is lost."),
    500: Words(
        "Something broke on our side",
        "It is not your fault, and we have a note of it.",
        "Try again in a moment. If you were booking: you are booked only if a confirmation reaches you by mail.",
    ),
    503: Words("We are back in a moment", "The site is busy or being looked after.", "Load the page again in a few seconds."),
}


def init_app(app: Flask) -> None:
    """Gives every error of the app its page."""
    app.register_error_handler(HTTPException, answer_to)
    app.register_error_handler(BookingNotFound, lambda _: answer_to(NotFound()))
    app.register_error_handler(DatabaseBusy, lambda _: answer_to(ServiceUnavailable()))
    for broken in (NoMoreData, InvalidChunkSize, ChunkMissingTerminator):
        app.register_error_handler(broken, lambda _: answer_to(BadRequest("the body does not arrive as its headers say")))
    app.register_error_handler(500, lambda _: answer_to(InternalServerError()))


def answer_to(error: HTTPException) -> Response:
    """What a person or a program gets for this error."""
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    response = _for_machines(error, status) if _first_part() in MACHINES else _for_people(error, status)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    if status == 503:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    response.headers["Cache-Control"] = "no-store"
    return response


def _first_part() -> str:
    return request.path.lstrip("/").partition("/")[0]


def _for_machines(error: HTTPException, status: int) -> Response:
    if _first_part() == API:
        return problem(status, error.description, members=error.members if isinstance(error, Problem) else None)
    response = jsonify(status="error", code=status, error=error.name, detail=error.description)
    response.status_code = status
    return response


def _for_people(error: HTTPException, status: int) -> Response:
    words = WORDS.get(status) or WORDS[400 if status < 500 else 500]
    own = error.description if error.description and error.description != type(error).description else ""
    if isinstance(error, SecurityError):
        return make_response(_plain(words), status)  # a Host that is not ours: nothing may be linked
    try:
        page = render_template("errors/error.html", status=status, heading=words.heading, why=own or words.why, step=words.step, private=True)
    except Exception:
        # An error page that fails must still answer.
        current_app.logger.exception("the error page could not be rendered")
        page = _plain(words)
    return make_response(page, status)


def _plain(words: Words) -> str:
    return f"<!doctype html><html lang=en><title>{words.heading}</title><h1>{words.heading}</h1><p>{words.step}</p></html>"
