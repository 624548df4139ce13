"""`/v2/webhooks`, those of one event type and those of an organisation: whoever is registered here really gets deliveries.

The secret reads back in clear, as at the real one. The same address twice for one account is a conflict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.event_types import own_type
from app.sandbox.api.groups import IN_ORGANISATION, organisation_of, team_of, type_of
from app.sandbox.api.keys import require_host
from app.sandbox.api.problems import ApiProblem, BadBody
from app.sandbox.api.query import numbers_in
from app.sandbox.desk import desk
from app.sandbox.subscriptions import DEFAULT_VERSION, TRIGGERS, Subscription

webhooks = Blueprint("api_webhooks", __name__)

_PROPERTIES = {
    "subscriberUrl": Property(body.filled, required=True),
    "triggers": Property(body.listed, required=True),
    "active": Property(body.switch, required=True),
    "secret": Property(body.text),
    "payloadTemplate": Property(body.text),
    "version": Property(body.one_of(DEFAULT_VERSION)),
}
_FIELDS = {"subscriberUrl": "address", "active": "active", "secret": "secret", "payloadTemplate": "template", "version": "version"}
_OWN, _OF_TYPE = "/webhooks", "/event-types/<int:number>/webhooks"
_OF_TEAM, _OF_ORGANISATION = f"/teams/<int:team>{_OF_TYPE}", f"{IN_ORGANISATION}/webhooks"
_EVERYWHERE = (_OWN, _OF_TYPE, _OF_TEAM, _OF_ORGANISATION)
_MOST = 250


@dataclass(frozen=True)
class _Level:
    """Whose webhooks a path speaks of."""

    number: int | None = None
    organisation: int | None = None

    def all(self) -> list[Subscription]:
        return desk().subscriptions.of(require_host(), event_type_id=self.number, organisation_id=self.organisation)

    def one(self, webhook: str) -> Subscription:
        for one in self.all():
            if one.id == webhook:
                return one
        raise ApiProblem(404, f"Webhook ({webhook}) not found")

    def refuse_double(self, address: str | None, *, beside: Subscription | None = None) -> None:
        """Of an account an address may be told once; event types take it as often as it comes."""
        if self.number is None and any(one is not beside and one.address == address for one in self.all()):
            raise ApiProblem(409, "Webhook with this subscriberUrl already exists for this user")


def _everywhere(method: str, end: str = "") -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """The same page below the account, an event type, a team's event type and an organisation."""

    def register(page: Callable[..., Response]) -> Callable[..., Response]:
        def answer(webhook: str = "", number: int | None = None, team: int | None = None, organisation: int | None = None) -> Response:
            level = _level(number, team, organisation)
            return page(level, webhook) if webhook else page(level)

        for place, root in enumerate(_EVERYWHERE):
            webhooks.add_url_rule(root + end, f"{page.__name__}_{place}", answer, methods=[method])
        return page

    return register


def _level(number: int | None, team: int | None, organisation: int | None) -> _Level:
    if organisation is not None:
        organisation_of(organisation)
    elif team is not None and number is not None:
        type_of(team_of(team), number)
    elif number is not None:
        own_type(number)
    return _Level(number, organisation)


@_everywhere("GET")
def list_webhooks(level: _Level) -> Response:
    """The webhooks of the account, of one event type or of an organisation."""
    skip, take = numbers_in("skip"), numbers_in("take")
    first = skip[0] if skip else 0
    last = first + min(take[0] if take else _MOST, _MOST)
    return success([_told(one) for one in level.all()[first:last]])


@_everywhere("POST")
def create(level: _Level) -> Response:
    """A further webhook."""
    host, given = require_host(), body.read(_PROPERTIES)
    _check(given)
    level.refuse_double(given["subscriberUrl"])
    made = Subscription(id="", owner_id=host.id, address=given["subscriberUrl"], triggers=tuple(given["triggers"]))
    made.event_type_id, made.organisation_id = level.number, level.organisation
    _fill(made, given)
    return success(_told(desk().subscriptions.add(made)), status=201)


@_everywhere("GET", "/<webhook>")
def show(level: _Level, webhook: str) -> Response:
    """One webhook, its secret included."""
    return success(_told(level.one(webhook)))


@_everywhere("PATCH", "/<webhook>")
def change(level: _Level, webhook: str) -> Response:
    """The webhook after the change."""
    found, given = level.one(webhook), body.read(_PROPERTIES, partly=True)
    _check(given)
    level.refuse_double(given.get("subscriberUrl"), beside=found)
    _fill(found, given)
    return success(_told(found))


@_everywhere("DELETE", "/<webhook>")
def remove(level: _Level, webhook: str) -> Response:
    """The webhook that is told nothing any more."""
    found = level.one(webhook)
    desk().subscriptions.remove(found)
    return success(_told(found))


@webhooks.delete(_OF_TYPE)
@webhooks.delete(_OF_TEAM)
def remove_all(number: int, team: int | None = None) -> Response:
    """All webhooks of an event type at once: the address without an id means every one."""
    found = _level(number, team, None).all()
    for one in found:
        desk().subscriptions.remove(one)
    return success(f"{len(found)} webhooks were deleted")


def _check(given: dict[str, Any]) -> None:
    unknown = [one for one in given.get("triggers", ()) if one not in TRIGGERS]
    if unknown:
        raise BadBody({"triggers": "each value in triggers must be one of the following values: " + ", ".join(TRIGGERS)})
    if not str(given.get("subscriberUrl", "http://")).startswith(("http://", "https://")):
        raise BadBody({"subscriberUrl": "subscriberUrl must be a URL address"})


def _fill(one: Subscription, given: dict[str, Any]) -> None:
    for name, own in _FIELDS.items():
        if name in given:
            setattr(one, own, given[name] or None if name == "secret" else given[name])
    one.triggers = tuple(given.get("triggers", one.triggers))


def _told(one: Subscription) -> dict[str, Any]:
    owner = {"userId": one.owner_id}
    if one.event_type_id is not None:
        owner = {"eventTypeId": one.event_type_id}
    elif one.organisation_id is not None:
        owner = {"teamId": one.organisation_id}
    return owner | {
        "id": one.id,
        "subscriberUrl": one.address,
        "triggers": list(one.triggers),
        "active": one.active,
        "payloadTemplate": one.template or "",
        "secret": one.secret,
        "version": one.version,
    }
