"""Cal.com's published OpenAPI document as a judge: what in an answer or a request does not fit it.

The document is not part of this project; `CALCOM_FIXTURES` says where it is. Its known faults are named here, one
by one, and nothing else is forgiven.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(os.environ.get("CALCOM_FIXTURES", Path(__file__).parents[1] / ".." / "shared" / "calcom"))

NULL_IN_PRACTICE = {
    "BookingOutput.description",
    "BookingOutput.eventType",
    "BookingOutput.eventTypeId",
    "BookingOutput.updatedAt",
    "EventTypeWebhookOutputDto.secret",
    "TeamWebhookOutputDto.secret",
    "UserWebhookOutputDto.secret",
}
"""Required in the document, null at the real one."""
DISABLED_IN_PRACTICE = {"bookingWindow", "bookerActiveBookingsLimit", "seats", "confirmationPolicy", "bookingLimitsCount", "bookingLimitsDuration"}
"""A setting that is switched off reads back as `{"disabled": true}`."""
REFERS_TO_ITSELF = {"GetReservedSlotOutput_2024_09_04", "ReassignBookingOutput_2024_08_13"}
FREE = {"users", "hosts", "lengthInMinutesOptions", "ConnectedCalendarsData.destinationCalendar"}
"""Wrongly typed as texts, or empty where nothing is connected. The id of a webhook is forgiven as well: a text, said to be a number."""
MANY_IN_PRACTICE = {"GetAllOrgMemberships.data", "GetTeamMembershipsOutput.data"}
"""One object in the document, a list of them at the real one."""
WITHOUT_ITS_BODY = re.compile(r"/v2/organizations/[^/]+/teams/[^/]+(/event-types/[^/]+/private-links/[^/]+)")
"""The document shows no body for changing such a link; it is that of a link of one's own event type."""
TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "integer": (int,), "boolean": (bool,), "array": (list,)}


@cache
def document() -> dict[str, Any]:
    """The whole document; the test is skipped where it is not at hand."""
    path = FIXTURES / "openapi.json"
    if not path.exists():
        pytest.skip(f"the published document is not at {FIXTURES}: set CALCOM_FIXTURES")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says about a request such as `GET /v2/bookings/abc`; a fixed part of a path wins over a name."""
    if method == "PATCH" and (own := WITHOUT_ITS_BODY.fullmatch(path)):
        path = f"/v2{own[1]}"
    best: tuple[int, dict[str, Any]] | None = None
    for template, operations in document()["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        if method.lower() in operations and re.fullmatch(pattern, path):
            names = template.count("{")
            if best is None or names < best[0]:
                best = (names, operations[method.lower()])
    return best[1] if best else None


def faults_of_answer(method: str, path: str, status: int, body: Any) -> list[str]:
    """Everything in a good answer that the document does not allow."""
    found = operation(method, path)
    if found is None:
        return [f"{method} {path} is not in the document"]
    if str(status) not in found["responses"]:
        return [f"{method} {path} does not answer {status}"]
    content = found["responses"][str(status)].get("content", {}).get("application/json")
    if content is None or path == "/v2/slots":
        return []
    return list(_faults(content["schema"], body, ""))


def faults_of_request(method: str, path: str, body: Any) -> list[str]:
    """Everything in a request's body that the document does not allow; properties that it does not know would be lost silently."""
    found = operation(method, path)
    if found is None:
        return [f"{method} {path} is not in the document"]
    if "requestBody" not in found:
        return [] if body in (None, {}) else [f"{method} {path} takes no body"]
    schema = found["requestBody"]["content"]["application/json"]["schema"]
    return list(_faults(schema, body, "")) + _unknown(schema, body)


def _faults(schema: dict[str, Any], value: Any, where: str, owner: str = "") -> Iterator[str]:
    if value is None and _null_is_known(owner, where):
        return
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name in REFERS_TO_ITSELF and where:
            return
        yield from _faults(document()["components"]["schemas"][name], value, where, name)
    elif value is None:
        if not schema.get("nullable"):
            yield f"{where} is null ({owner})"
    elif "oneOf" in schema or "anyOf" in schema:
        tried = [list(_faults(one, value, where, owner)) for one in schema.get("oneOf") or schema["anyOf"]]
        if not any(not one for one in tried):
            yield min(tried, key=len)[0]
    elif "allOf" in schema:
        for one in schema["allOf"]:
            yield from _faults(one, value, where, owner)
    else:
        yield from _plain_faults(schema, value, where, owner)


def _null_is_known(owner: str, where: str) -> bool:
    plain = re.sub(r"_\d{4}_\d\d_\d\d|Recurring|Seated|Get|Create", "", owner)
    return f"{plain}.{where.rsplit('.', 1)[-1]}" in NULL_IN_PRACTICE


def _plain_faults(schema: dict[str, Any], value: Any, where: str, owner: str) -> Iterator[str]:
    kind = schema.get("type")
    # The document puts the words of a list's elements on the list itself.
    words = value if kind == "array" and isinstance(value, list) else [value]
    if "enum" in schema and any(one not in schema["enum"] for one in words):
        yield f"{where}: {value!r} is none of {schema['enum'][:6]}"
    if kind in TYPES and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{where}: {value!r} is no {kind}"
    elif kind == "array":
        for place, one in enumerate(value):
            yield from _faults(schema.get("items", {}), one, f"{where}[{place}]", owner)
    elif kind == "object" and "properties" in schema:
        yield from _object_faults(schema, value, where, owner)


def _object_faults(schema: dict[str, Any], value: Any, where: str, owner: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no object"
        return
    for name in schema.get("required", []):
        if name not in value:
            yield f"{where}.{name} is missing ({owner})"
    for name, one in schema["properties"].items():
        if f"{owner}.{name}" in MANY_IN_PRACTICE and isinstance(value.get(name), list):
            for place, each in enumerate(value[name]):
                yield from _faults(one, each, f"{where}.{name}[{place}]", owner)
        elif name in value and not _forgiven(owner, name, value[name]):
            yield from _faults(one, value[name], f"{where}.{name}", owner)


def _forgiven(owner: str, name: str, value: Any) -> bool:
    off = name in DISABLED_IN_PRACTICE and value == {"disabled": True}
    return off or name in FREE or f"{owner}.{name}" in FREE or (name == "id" and "Webhook" in owner)


def _unknown(schema: dict[str, Any], value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    known = _properties(schema)
    return [f"{name} is not declared" for name in value if known and name not in known]


def _properties(schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return _properties(document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    several = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or []
    return set(schema.get("properties", {})).union(*(_properties(one) for one in several))
