"""Who is what in an organisation."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api.answers import success
from app.sandbox.api.groups import IN_ORGANISATION, change, enter, membership_of, organisation_of, told_member

organisations = Blueprint("api_organisations", __name__, url_prefix=f"{IN_ORGANISATION}/memberships")


@organisations.get("")
def members(organisation: int) -> Response:
    """Everybody in the organisation."""
    found = organisation_of(organisation)
    return success([told_member(found, one) for one in found.members])


@organisations.post("")
def join(organisation: int) -> Response:
    """Somebody new in the organisation."""
    found = organisation_of(organisation)
    return success(told_member(found, enter(found)), status=201)


@organisations.patch("/<int:number>")
def change_member(organisation: int, number: int) -> Response:
    """Somebody with another role."""
    found = organisation_of(organisation)
    one = membership_of(found, number)
    change(one)
    return success(told_member(found, one))


@organisations.delete("/<int:number>")
def leave(organisation: int, number: int) -> Response:
    """Somebody less."""
    found = organisation_of(organisation)
    one = membership_of(found, number)
    found.members.remove(one)
    return success(told_member(found, one))
