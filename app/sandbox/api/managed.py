"""Managed users of a platform client: make, list, new tokens. Any client id is good together with any secret of eight characters.

Cal.com calls these pages deprecated; they are here because sites that still have them need their tokens tried.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.problems import ApiProblem, spelled
from app.sandbox.api.query import numbers_in, words_in
from app.sandbox.desk import desk
from app.sandbox.managed import Managed, Pair

managed = Blueprint("api_managed", __name__)

_NEW = {"email": Property(body.email, required=True), "name": Property(body.filled, required=True), "timeZone": Property(body.zone)}
_REFRESH = {"refreshToken": Property(body.filled, required=True)}
_SHORTEST_SECRET = 8
_MOST = 250


@managed.post("/oauth-clients/<client>/users")
def create(client: str) -> Response:
    """A further person with a pair of tokens; the address is unique for each client and carries its id."""
    _check_client(client)
    given, engine = body.read(_NEW), desk().engine
    name, _, domain = given["email"].partition("@")
    address = f"{name}+{client}@{domain}"
    if any(one.host.email == address for one in desk().managed.of(client)):
        raise ApiProblem(409, f"User with the provided e-mail already exists. Existing user ID={_by_email(client, address).host.id}")
    with engine.lock:
        host = engine.catalogue.add_host(name=given["name"], username=f"{name}-{client}", email=address, time_zone=given.get("timeZone", "Europe/London"))
    made = desk().managed.add(client, host, engine.now())
    return success(_tokens(made.pair) | {"user": _person(made)}, status=201)


@managed.get("/oauth-clients/<client>/users")
def list_people(client: str) -> Response:
    """The people of a client; `emails` asks for some of them, by the address that was given or the one that was made of it."""
    _check_client(client)
    wanted = {one.lower() for one in words_in("emails")}
    found = [one for one in desk().managed.of(client) if not wanted or wanted & {one.host.email, one.host.email.replace(f"+{client}@", "@")}]
    limit = numbers_in("limit")
    return success([_person(one) for one in found[: limit[0] if limit else _MOST]])


@managed.post("/oauth-clients/<client>/users/<int:number>/force-refresh")
def force(client: str, number: int) -> Response:
    """A new pair for somebody whose refresh token is lost."""
    _check_client(client)
    for one in desk().managed.of(client):
        if one.host.id == number:
            return success(_tokens(desk().managed.renew(one, desk().engine.now())))
    raise ApiProblem(404, f"User with ID={number} not found")


@managed.post("/oauth/<client>/refresh")
def refresh(client: str) -> Response:
    """A new pair in exchange for a refresh token."""
    _check_client(client)
    token, now = body.read(_REFRESH)["refreshToken"], desk().engine.now()
    found = desk().managed.with_refresh(client, token, now)
    if found is None:
        raise ApiProblem(401, "Invalid refresh token")
    return success(_tokens(desk().managed.renew(found, now)))


def _check_client(client: str) -> None:
    known = request.headers.get("x-cal-client-id", client) == client
    if not known or len(request.headers.get("x-cal-secret-key", "")) < _SHORTEST_SECRET:
        raise ApiProblem(401, "Invalid client credentials")


def _by_email(client: str, address: str) -> Managed:
    return next(one for one in desk().managed.of(client) if one.host.email == address)


def _tokens(pair: Pair) -> dict[str, Any]:
    return {
        "accessToken": pair.access,
        "refreshToken": pair.refresh,
        "accessTokenExpiresAt": _milliseconds(pair.access_until),
        "refreshTokenExpiresAt": _milliseconds(pair.refresh_until),
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _person(one: Managed) -> dict[str, Any]:
    host = one.host
    return {
        "id": host.id,
        "email": host.email,
        "username": host.username,
        "name": host.name,
        "bio": host.bio or None,
        "timeZone": host.time_zone,
        "weekStart": host.week_start,
        "createdDate": spelled(one.made_at),
        "timeFormat": host.time_format,
        "defaultScheduleId": host.default_schedule_id,
    }
