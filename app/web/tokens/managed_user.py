"""A token that acts for somebody whom we manage at Cal.com; the refresh token stays here."""

from email_validator import EmailNotValidError, validate_email
from flask import Response, abort, current_app, jsonify, request
from flask_login import current_user

from app.calcom.errors import CalcomError, NotConfigured, Wait
from app.extensions import limiter
from app.web.access import person
from app.web.filters import iso
from app.web.tokens.blueprint import blueprint
from app.wiring import Works

LONGEST = 200


@blueprint.post("/cal/managed-user")
@limiter.limit("60 per minute")
def managed_user() -> Response:
    """`{"accessToken", "expiresAt"}` for `email` (JSON or form; staff: their own address by default); `name` and `timeZone` for a new one."""
    works: Works = current_app.extensions["works"]
    email = _email()
    try:
        token = works.managed_users.token_of(email=email, name=_said("name"), time_zone=_said("timeZone"))
    except NotConfigured as off:
        abort(404, str(off))
    except Wait as wait:
        abort(_later(str(wait), wait.seconds))
    except CalcomError as error:
        abort(502, str(error))
    return jsonify(accessToken=token.access_token, expiresAt=iso(token.expires_at))


def _said(name: str) -> str:
    body = request.get_json(silent=True) if request.is_json else request.form
    value = body.get(name) if isinstance(body, dict) else None
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _email() -> str:
    said = _said("email") or (person().email if current_user.is_authenticated else "")
    try:
        return validate_email(said, check_deliverability=False).normalized
    except EmailNotValidError:
        abort(400, 'Say whose token it is: {"email": "ada@example.org"}')


def _later(why: str, seconds: float) -> Response:
    response = jsonify(status="error", code=503, error="Service Unavailable", detail=why)
    response.status_code = 503
    response.headers["Retry-After"] = str(max(1, round(seconds)))
    return response
