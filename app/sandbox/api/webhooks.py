"""`/v2/webhooks` and those of one event type: whoever is registered here really gets deliveries.

The secret reads back in clear, as at the real one. The same address twice for one account is a conflict.
"""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.event_types import own_type
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
_MOST = 250


@webhooks.get(_OWN)
@webhooks.get(_OF_TYPE)
def list_webhooks(number: int | None = None) -> Response:
    """The webhooks of the account, or of one event type."""
    skip, take = numbers_in("skip"), numbers_in("take")
    first = skip[0] if skip else 0
    last = first + min(take[0] if take else _MOST, _MOST)
    return success([_told(one) for one in _all(number)[first:last]])


@webhooks.post(_OWN)
@webhooks.post(_OF_TYPE)
def create(number: int | None = None) -> Response:
    """A further webhook."""
    host, given = require_host(), body.read(_PROPERTIES)
    _check(given)
    if number is None and any(one.address == given["subscriberUrl"] for one in _all(None)):
        raise ApiProblem(409, "Webhook with this subscriberUrl already exists for this user")
    _all(number)
    made = Subscription(id="", owner_id=host.id, address=given["subscriberUrl"], triggers=tuple(given["triggers"]), event_type_id=number)
    _fill(made, given)
    return success(_told(desk().subscriptions.add(made)), status=201)


@webhooks.get(f"{_OWN}/<webhook>")
@webhooks.get(f"{_OF_TYPE}/<webhook>")
def show(webhook: str, number: int | None = None) -> Response:
    """One webhook, its secret included."""
    return success(_told(_one(webhook, number)))


@webhooks.patch(f"{_OWN}/<webhook>")
@webhooks.patch(f"{_OF_TYPE}/<webhook>")
def change(webhook: str, number: int | None = None) -> Response:
    """The webhook after the change."""
    found, given = _one(webhook, number), body.read(_PROPERTIES, partly=True)
    _check(given)
    if number is None and any(one is not found and one.address == given.get("subscriberUrl") for one in _all(None)):
        raise ApiProblem(409, "Webhook with this subscriberUrl already exists for this user")
    _fill(found, given)
    return success(_told(found))


@webhooks.delete(f"{_OWN}/<webhook>")
@webhooks.delete(f"{_OF_TYPE}/<webhook>")
def remove(webhook: str, number: int | None = None) -> Response:
    """The webhook that is told nothing any more."""
    found = _one(webhook, number)
    desk().subscriptions.remove(found)
    return success(_told(found))


@webhooks.delete(_OF_TYPE)
def remove_all(number: int) -> Response:
    """All webhooks of an event type at once: the address without an id means every one."""
    found = _all(number)
    for one in found:
        desk().subscriptions.remove(one)
    return success(f"{len(found)} webhooks were deleted")


def _all(number: int | None) -> list[Subscription]:
    if number is not None:
        own_type(number)
    return desk().subscriptions.of(require_host(), event_type_id=number)


def _one(webhook: str, number: int | None) -> Subscription:
    for one in _all(number):
        if one.id == webhook:
            return one
    raise ApiProblem(404, f"Webhook ({webhook}) not found")


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
    owner = {"userId": one.owner_id} if one.event_type_id is None else {"eventTypeId": one.event_type_id}
    return owner | {
        "id": one.id,
        "subscriberUrl": one.address,
        "triggers": list(one.triggers),
        "active": one.active,
        "payloadTemplate": one.template or "",
        "secret": one.secret,
        "version": one.version,
    }
