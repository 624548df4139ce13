"""Who calls: every key that begins with `cal_` is good, and acts as the first host.

`cal_<username>_…` acts as the host with that name. A key that was refreshed is good no more. The access token of a managed
user acts as that user for an hour.
"""

import re
from dataclasses import dataclass

from flask import g, request

from app.sandbox.api.problems import ApiProblem
from app.sandbox.catalogue import Host
from app.sandbox.desk import desk
from app.sandbox.errors import UnknownHost

_FORM = re.compile(r"Bearer (?P<key>\S+)")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The key, or the network address of somebody without one."""

    name: str
    host: Host | None


def identify() -> Caller:
    """The caller of this request; an unknown key is refused even where none is needed."""
    header = request.headers.get("Authorization")
    if header is None:
        return Caller(name=f"ip {request.remote_addr}", host=None)
    found = _FORM.fullmatch(header)
    managed = desk().managed.with_access(found["key"]) if found else None
    if managed is not None:
        if managed.pair.access_until <= desk().engine.now():
            raise ApiProblem(498, "ACCESS_TOKEN_IS_EXPIRED")
        return Caller(name=f"user {managed.host.id}", host=managed.host)
    if found is None or not found["key"].startswith("cal_") or desk().keys.is_dead(found["key"]):
        raise ApiProblem(401, "CustomThrottlerGuard - Invalid API Key")
    catalogue = desk().engine.catalogue
    try:
        host = catalogue.host(desk().keys.owner(found["key"]))
    except UnknownHost:
        host = catalogue.first_host()
    return Caller(name=found["key"], host=host)


def caller() -> Caller:
    """Whoever sent the current request."""
    found: Caller = g.caller
    return found


def require_host() -> Host:
    """The host whose key came with the request."""
    host = caller().host
    if host is None:
        raise ApiProblem(401, "ApiAuthStrategy - No authentication credentials provided")
    return host


def is_host(host: Host) -> bool:
    """Whether this host called."""
    return caller().host is host
