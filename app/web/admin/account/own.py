"""The own account: password, second factor at a glance, where one is signed in."""

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts import second_factor, sessions, staff, staff_acts
from app.accounts.guesses import TooManyGuesses
from app.accounts.links import LIFETIME
from app.accounts.sign_in_models import Purpose
from app.accounts.staff import MIN_PASSWORD, BadAccount
from app.db import transaction
from app.web.access import person, this_session
from app.web.admin.account import guesses
from app.web.admin.account.entering import keep, renew
from app.web.admin.account.waits import minutes
from app.web.admin.blueprint import NUMBER, blueprint


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """Everything about the person who asks."""
    return _page()


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """A new password; every other session ends. The old one is asked for, but not of those whom a mailed link has just let in."""
    user, new = person(), request.form.get("password", "")
    number, how = user.id, this_session().how
    if not _came_by_link() and (wrong := _wrong_password(request.form.get("current", ""))):
        return _page(wrong_current=wrong, status=400)
    try:
        with transaction() as database:
            staff.set_password(database, staff_id=number, password=new)
            token = renew(database, staff_id=number, how=how)
            staff_acts.note(database, staff_id=number, act="account.password", on=f"staff:{number}")
    except BadAccount as error:
        return _page(wrong_new=f"{str(error).capitalize()}.", status=400)
    keep(number, token)
    flash("Your password is changed. Everywhere else you are signed out.")
    return redirect(url_for(".account"))


@blueprint.post(f"/account/sessions/{NUMBER}/end")
def end_session(number: int) -> ResponseReturnValue:
    """Ends one of the person's own sessions."""
    mine = person().id
    with transaction() as database:
        ended = sessions.end_one(database, staff_id=mine, number=number)
        if ended:
            staff_acts.note(database, staff_id=mine, act="account.end_session", on=f"session:{number}")
    if not ended:
        abort(404, "There is no such session of yours, or it has ended already.")
    flash("That session has ended.")
    return redirect(url_for(".account"))


@blueprint.post("/account/sessions/end")
def end_other_sessions() -> ResponseReturnValue:
    """Ends every session of the person but this one."""
    mine, token = person().id, person().session_token
    with transaction() as database:
        ended = sessions.end_all(database, staff_id=mine, but=token)
        staff_acts.note(database, staff_id=mine, act="account.end_sessions", on=f"staff:{mine}", detail=f"{ended} ended")
    flash("You are signed in here only." if ended else "You were signed in here only.")
    return redirect(url_for(".account"))


def _wrong_password(typed: str) -> str:
    """What is wrong with the password that was given as the present one; empty when it is right."""
    try:
        known = guesses.password(email=person().email, password=typed[: staff.LONGEST_PASSWORD])
    except TooManyGuesses as blocked:
        return f"There were too many wrong passwords. Try again in {minutes(blocked.seconds)}."
    return "" if known is not None else "This is not your present password."


def _came_by_link() -> bool:
    """Whether the person has shown a moment ago that the mailbox is theirs: so a forgotten password is replaced."""
    row = this_session()
    return row.how == "link" and clock.now() - row.begun_at < LIFETIME[Purpose.SIGN_IN]


def _page(*, wrong_current: str = "", wrong_new: str = "", status: int = 200) -> Response:
    page = render_template(
        "admin/account/own.html",
        sessions=sessions.open_of(person().id),
        here=this_session().id,
        factor=second_factor.of_person(person().id),
        codes_left=second_factor.recovery_codes_left(person().id),
        without_current=_came_by_link(),
        least=MIN_PASSWORD,
        wrong_current=wrong_current,
        wrong_new=wrong_new,
    )
    return make_response(page, status)
