"""The OpenAPI document, made from the very models that check questions and make answers.

So it cannot say anything else than the code does: parameters come from `asked.py`, answers from `shapes.py`, scopes from
the guard, and a test asks for every operation whether it keeps its word. Written by hand are only the sentences, and the
parameters of free times, which are checked by hand as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

from flask import Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.web.api import shapes
from app.web.api.asked import BookingsAsked, ComparisonAsked, Nothing, from_url
from app.web.api.blueprint import EXPOSED, SCOPES, blueprint, kept, settings
from app.web.problems import CONTENT_TYPE

Json = dict[str, Any]
REF = "#/components/schemas/{model}"
PROBLEMS: Mapping[int, str] = {
    400: "Something in the question will not do; `errors` says what.",
    401: "A token is missing, or it is not good (any more).",
    403: "The token may not do that.",
    404: "There is no such thing.",
    405: "The address exists, but not with this method.",
    409: "It cannot be done as the site stands.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    429: "Too many questions; `Retry-After` says when to go on.",
    500: "Something broke on this side.",
    503: "The site, or Cal.com behind it, is away for a moment.",
}


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked."""

    path: str
    method: str
    endpoint: str
    summary: str
    answer: type[BaseModel] | None
    problems: tuple[int, ...] = ()
    asked: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    status: int = 200
    parameters: tuple[Json, ...] = ()
    headers: tuple[str, ...] = field(default=())


def _said(name: str, schema: Json, about: str, *, required: bool = False, where: str = "query") -> Json:
    return {"name": name, "in": where, "required": required, "description": about, "schema": schema}


DAY = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}], "examples": ["2026-12-01", "2026-12-01T09:00:00Z"]}
NUMBER = _said("number", {"type": "integer", "minimum": 0, "maximum": 2147483647}, "Its `id`.", required=True, where="path")
FREE_TIMES = (
    _said("eventTypeId", {"type": "integer", "minimum": 0, "maximum": 999_999_999}, "The `id` of an event type.", required=True),
    _said("dateFrom", DAY, "A day counts from its beginning.", required=True),
    _said("dateTo", DAY, "A day counts to its end; at most 62 days after `dateFrom`.", required=True),
    _said("timeZone", {"type": "string", "default": "UTC", "examples": ["Europe/London"]}, "In which zone days begin and end."),
    _said("duration", {"type": "integer", "minimum": 1}, "One of the event type's `lengths`."),
)
TAGGED, PAGED, FOLLOWED = ("ETag",), ("ETag", "Link"), ("Location", "Retry-After")
ASKED = (400, 409, 413, 415)
OPERATIONS = (
    Operation("/event-types", "get", "api.event_types", "What can be booked: with a token all of it, else what anybody may book", shapes.EventTypes, (503,),
              headers=TAGGED),
    Operation("/availability", "get", "api.availability", "When an event type can be had", shapes.Availability, (400, 404, 503), parameters=FREE_TIMES),
    Operation("/bookings", "get", "api.bookings", "Bookings, a page at a time", shapes.Bookings, (400, 403), asked=BookingsAsked, headers=PAGED),
    Operation("/bookings/{reference}", "get", "api.booking", "One booking with its history", shapes.BookingWithHistory, (400, 404), headers=TAGGED,
              parameters=(_said("reference", {"type": "string", "minLength": 1}, "The number that people see.", required=True, where="path"),)),
    Operation("/bookings/sync", "post", "api.sync_bookings", "Ask for a comparison with Cal.com", shapes.Comparison, ASKED, body=ComparisonAsked,
              status=202, headers=FOLLOWED),
    Operation("/bookings/sync", "get", "api.newest_booking_sync", "The comparison that is under way, else the last one", shapes.Comparison, (400, 404)),
    Operation("/bookings/sync/{number}", "get", "api.booking_sync", "How far a comparison is", shapes.Comparison, (400, 404), parameters=(NUMBER,)),
    Operation("/event-types/sync", "post", "api.sync_event_types", "Ask that hosts and event types are read anew", shapes.Refresh, ASKED, body=Nothing,
              status=202, headers=FOLLOWED),
    Operation("/event-types/sync", "get", "api.newest_event_type_sync", "The last refresh that was asked for", shapes.Refresh, (400, 404)),
    Operation("/event-types/sync/{number}", "get", "api.event_type_sync", "How far a refresh is", shapes.Refresh, (400, 404), parameters=(NUMBER,)),
    Operation("/openapi.json", "get", "api.document", "This document", None, (400,), headers=TAGGED),
)  # fmt: skip


@blueprint.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document of this site."""
    from_url(Nothing)
    return kept(_document(settings().SITE_URL))


@cache
def _document(site_url: str) -> Json:
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(f"/api{operation.path}", {})[operation.method] = _operation(operation)
    models: dict[Any, None] = {(each.answer, "serialization"): None for each in OPERATIONS if each.answer} | {(shapes.ProblemDetails, "serialization"): None}
    models |= {(each.body, "validation"): None for each in OPERATIONS if each.body}
    _, schemas = models_json_schema(list(models), ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bookings of this site", "version": version("frontdesk"), "description": ABOUT},
        "servers": [{"url": site_url}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "An owner makes it at /admin/tokens."}},
            "headers": {name: {"schema": {"type": "string"}} for name in EXPOSED.split(", ")},
            "responses": {str(status): _problem(status, about) for status, about in PROBLEMS.items()},
        },
    }


ABOUT = (
    "Answers are JSON, times are UTC, errors are problem details (RFC 9457). Lists go on by a cursor: pass `next` of an answer as `cursor`. "
    "A scope that a token lacks makes values `null`, never fewer keys. Ask again with `If-None-Match` to get 304 when nothing has changed."
)


def _operation(operation: Operation) -> Json:
    scope = SCOPES[operation.endpoint]
    problems = {*operation.problems, 401, 405, 429, 500, *([403] if scope else [])}
    said: Json = {
        "operationId": operation.endpoint.partition(".")[2],
        "summary": operation.summary + (f" (scope `{scope}`)" if scope else ""),
        "parameters": [*operation.parameters, *_parameters(operation.asked)],
        "responses": {str(operation.status): _answer(operation)} | {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(problems)},
        "security": [{"token": []}] if scope else [{}, {"token": []}],
    }
    if operation.body is not None:
        said["requestBody"] = {"required": False, "content": {"application/json": {"schema": {"$ref": REF.format(model=operation.body.__name__)}}}}
    return said


def _answer(operation: Operation) -> Json:
    schema = {"$ref": REF.format(model=operation.answer.__name__)} if operation.answer else {"type": "object"}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in operation.headers}
    return {"description": operation.summary, "content": {"application/json": {"schema": schema}}, "headers": headers}


def _problem(status: int, about: str) -> Json:
    headers = {401: ("WWW-Authenticate",), 429: ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"), 503: ("Retry-After",)}
    return {
        "description": about,
        "content": {CONTENT_TYPE: {"schema": {"$ref": REF.format(model="ProblemDetails")}}},
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers.get(status, ())},
    }


def _parameters(asked: type[BaseModel]) -> list[Json]:
    """The parameters that a model checks; each with its own schema, nothing to look up elsewhere."""
    found = asked.model_json_schema(by_alias=True)
    definitions = found.get("$defs", {})
    return [_said(name, _plain(schema, definitions), schema.get("description", "")) for name, schema in found.get("properties", {}).items()]


def _plain(schema: Json, definitions: Json) -> Json:
    """Without what a URL cannot say (`null`) and without references."""
    kept_keys = {
        key: value for key, value in schema.items() if key not in {"description", "title", "anyOf", "$ref"} and not (key == "default" and value is None)
    }
    choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    inner = choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    if "$ref" in schema or "$ref" in inner:
        inner = definitions[str(schema.get("$ref") or inner["$ref"]).rpartition("/")[2]]
    return {key: value for key, value in inner.items() if key not in {"title", "description"}} | kept_keys
