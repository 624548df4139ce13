"""Where programs fetch tokens: who may is decided first, nothing is kept on the way."""

from flask import Blueprint, Response

from app.web import access

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")
blueprint.before_request(access.let_service_in)


@blueprint.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
