"""Signing in with a password, or asking for a link by mail; signing out."""

import time

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

from app.accounts import links, sessions, staff
from app.accounts.guesses import TooManyGuesses
from app.accounts.sign_in_models import Purpose
from app.db import transaction
from app.web.access import local_path
from app.web.admin.account import guesses
from app.web.admin.account.entering import admit
from app.web.admin.account.post import post
from app.web.admin.account.waits import minutes
from app.web.admin.blueprint import blueprint

WRONG = "This address and this password do not belong together."
"""The same words for an unknown person and a wrong password."""
LINK_SECONDS = 0.4
"""So long the answer to "mail me a link" takes, whether or not there is somebody to mail it to."""


class SignIn(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """E-mail address and password."""

    email = StringField("E-mail address")
    password = PasswordField("Password")

    @property
    def address(self) -> str:
        """What was typed as address, at most as long as addresses are."""
        return (self.email.data or "").replace("\x00", "")[:320]


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
    try:
        user = guesses.password(email=form.address, password=(form.password.data or "")[:1000])
    except TooManyGuesses as blocked:
        words = f"There were too many wrong passwords. Try again in {minutes(blocked.seconds)}, or have a link mailed to you: that still works."
        answer = _page(form, blocked=words, status=429)
        answer.headers["Retry-After"] = str(blocked.seconds)
        return answer
    if user is None:
        return _page(form, wrong=WRONG, status=401)
    return admit(user, how="password", wanted=request.form.get("next"))


@blueprint.post("/sign-in/link")
def ask_for_link() -> ResponseReturnValue:
    """Mails a link to the person with this address; the answer is the same when there is none, and takes as long."""
    until = time.monotonic() + LINK_SECONDS
    form = SignIn()
    if guesses.link_may_be_sent(form.address):
        with transaction() as database:
            user = staff.by_email(form.address)
            if user is not None:
                links.send(database, user, purpose=Purpose.SIGN_IN, post=post(locale=request.accept_languages.best or ""))
    time.sleep(max(0.0, until - time.monotonic()))
    return _page(form, asked=True)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Ends the session of this browser, in the database too."""
    token = session.get("_user_id")
    with transaction() as database:
        sessions.end(database, token=str(token))
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for(".sign_in"))


def _page(form: SignIn, *, wrong: str = "", blocked: str = "", asked: bool = False, status: int = 200) -> Response:
    back = local_path(request.values.get("next"))
    return make_response(render_template("admin/sign_in.html", form=form, next=back, wrong=wrong, blocked=blocked, asked=asked), status)
