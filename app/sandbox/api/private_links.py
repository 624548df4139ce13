"""Private links of an event type of the caller's, or of one of an organisation's teams."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.event_types import own_type
from app.sandbox.api.groups import IN_ORGANISATION, team_of, type_of
from app.sandbox.api.problems import ApiProblem, spelled
from app.sandbox.catalogue import EventType
from app.sandbox.desk import desk
from app.sandbox.links import PrivateLink

private_links = Blueprint("api_private_links", __name__)

_ALL = "/event-types/<int:number>/private-links"
_IN_TEAM = IN_ORGANISATION + "/teams/<int:team>"
_PROPERTIES = {
    "expiresAt": Property(body.instant),
    "maxUsageCount": Property(lambda value: body.whole(value) or (None if value else "must not be less than 1")),
}


@private_links.get(_ALL)
@private_links.get(_IN_TEAM + _ALL)
def list_links(number: int, team: int | None = None, organisation: int | None = None) -> Response:
    """All links, the used ones too."""
    kind = _type(number, team, organisation)
    return success([_told(kind, one) for one in desk().links.of(number)])


@private_links.post(_ALL)
@private_links.post(_IN_TEAM + _ALL)
def create(number: int, team: int | None = None, organisation: int | None = None) -> Response:
    """A further link; where nothing is said it works once."""
    kind, given = _type(number, team, organisation), body.read(_PROPERTIES)
    made = desk().links.add(number)
    _fill(made, given)
    return success(_told(kind, made), status=201)


@private_links.patch(f"{_ALL}/<link>")
@private_links.patch(f"{_IN_TEAM}{_ALL}/<link>")
def change(number: int, link: str, team: int | None = None, organisation: int | None = None) -> Response:
    """The link after the change; what is not named is gone."""
    kind = _type(number, team, organisation)
    found = _one(number, link)
    _fill(found, body.read(_PROPERTIES))
    return success(_told(kind, found))


@private_links.delete(f"{_ALL}/<link>")
@private_links.delete(f"{_IN_TEAM}{_ALL}/<link>")
def remove(number: int, link: str, team: int | None = None, organisation: int | None = None) -> Response:
    """The link that leads nowhere any more."""
    _type(number, team, organisation)
    desk().links.remove(_one(number, link))
    return success({"linkId": link, "message": "Private link deleted successfully"})


def _type(number: int, team: int | None, organisation: int | None) -> EventType:
    return own_type(number) if team is None else type_of(team_of(team, organisation), number)


def _one(number: int, link: str) -> PrivateLink:
    for one in desk().links.of(number):
        if one.id == link:
            return one
    raise ApiProblem(404, f"Private link with ID {link} not found for this event type")


def _fill(one: PrivateLink, given: dict[str, Any]) -> None:
    one.expires_at = body.moment(given["expiresAt"]) if "expiresAt" in given else None
    one.most_uses = given.get("maxUsageCount", None if one.expires_at else 1)


def _told(kind: EventType, one: PrivateLink) -> dict[str, Any]:
    told = {
        "linkId": one.id,
        "eventTypeId": kind.id,
        "isExpired": one.expired(desk().engine.now()),
        "bookingUrl": f"{desk().own_url}/d/{one.id}/{kind.slug}",
    }
    return told | ({"expiresAt": spelled(one.expires_at)} if one.expires_at else {"maxUsageCount": one.most_uses, "usageCount": one.uses})
