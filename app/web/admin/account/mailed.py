"""Mailed links: GET shows a button and uses nothing up (mail programs look at links), POST lets in."""

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import links, staff, staff_acts
from app.accounts.models import AdminUser
from app.accounts.sign_in_models import Purpose
from app.accounts.staff import MIN_PASSWORD, BadAccount
from app.db import transaction
from app.web.admin.account.entering import admit
from app.web.admin.blueprint import blueprint

LINK = "<string(maxlength=100):token>"


@blueprint.get(f"/sign-in/link/{LINK}")
def sign_in_link(token: str) -> ResponseReturnValue:
    """The button; or why the link opens nothing."""
    user = links.look(token, purpose=Purpose.SIGN_IN)
    return _link_page(user, token) if user is not None else _link_page(None, token, status=410)


@blueprint.post(f"/sign-in/link/{LINK}")
def sign_in_by_link(token: str) -> ResponseReturnValue:
    """Signs in, once; who has a second factor is asked for it all the same."""
    with transaction() as database:
        user = links.redeem(database, token, purpose=Purpose.SIGN_IN)
    return admit(user, how="link") if user is not None else _link_page(None, token, status=410)


@blueprint.get(f"/join/{LINK}")
def join(token: str) -> ResponseReturnValue:
    """The form that accepts an invitation."""
    user = links.look(token, purpose=Purpose.INVITATION)
    return _join_page(user, token) if user is not None else _join_page(None, token, status=410)


@blueprint.post(f"/join/{LINK}")
def join_now(token: str) -> ResponseReturnValue:
    """Sets name and password and signs in, once. A password that will not do uses nothing up."""
    invited = links.look(token, purpose=Purpose.INVITATION)
    name, password = request.form.get("name", "").replace("\x00", ""), request.form.get("password", "")
    try:
        with transaction() as database:
            user = links.redeem(database, token, purpose=Purpose.INVITATION)
            if user is not None:
                staff.join(database, staff_id=user.id, name=name, password=password)
                staff_acts.note(database, staff_id=user.id, act="staff.join", on=f"staff:{user.id}", detail=f"as {user.role.replace('_', ' ')}")
    except BadAccount as error:
        return _join_page(invited, token, name=name, wrong=f"{str(error).capitalize()}.", status=400)
    return admit(user, how="invitation") if user is not None else _join_page(None, token, status=410)


def _link_page(user: AdminUser | None, token: str, *, status: int = 200) -> Response:
    return make_response(render_template("admin/account/link.html", user=user, token=token), status)


def _join_page(user: AdminUser | None, token: str, *, name: str = "", wrong: str = "", status: int = 200) -> Response:
    page = render_template("admin/account/join.html", user=user, token=token, name=name or (user.name if user else ""), wrong=wrong, least=MIN_PASSWORD)
    return make_response(page, status)
