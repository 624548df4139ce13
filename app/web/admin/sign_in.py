"""Signing in and out."""

import math

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

from app.accounts import staff
from app.accounts.models import AdminUser
from app.db import transaction
from app.web.access import local_path
from app.web.admin import guesses
from app.web.admin.blueprint import blueprint

WRONG = "This address and this password do not belong together."
"""The same words for an unknown person and a wrong password."""


class SignIn(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """E-mail address and password."""

    email = StringField("E-mail address")
    password = PasswordField("Password")


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form; people who are signed in already go on."""
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")))
    return _page(SignIn())


@blueprint.post("/sign-in")
def sign_in_now() -> ResponseReturnValue:
    """Checks the password and starts a session that has nothing of the one before."""
    form = SignIn()
    email = (form.email.data or "").replace("\x00", "")[:320]
    try:
        user = guesses.check(email=email, password=(form.password.data or "")[:1000])
    except guesses.TooManyGuesses as blocked:
        minutes = math.ceil(blocked.seconds / 60)
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        answer = _page(form, blocked=f"There were 10 wrong passwords. Try again in {wait}; nothing else is blocked.", status=429)
        answer.headers["Retry-After"] = str(blocked.seconds)
        return answer
    if user is None:
        return _page(form, wrong=WRONG, status=401)
    return _start(user)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Ends the session of this browser."""
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for(".sign_in"))


def _start(user: AdminUser) -> Response:
    goes_to = local_path(request.form.get("next"))
    with transaction() as database:
        staff.note_sign_in(database, user_id=user.id)
    session.clear()
    login_user(user)
    answer = make_response(redirect(goes_to))
    guesses.mark_browser(answer, user)
    return answer


def _page(form: SignIn, *, wrong: str = "", blocked: str = "", status: int = 200) -> Response:
    back = local_path(request.values.get("next"))
    return make_response(render_template("admin/sign_in.html", form=form, next=back, wrong=wrong, blocked=blocked), status)
