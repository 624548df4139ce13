"""The step between password and session for people with a second factor. It opens nothing by itself."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import second_factor
from app.accounts.guesses import TooManyGuesses
from app.accounts.models import AdminUser
from app.accounts.sign_in_models import StaffSession
from app.db import transaction
from app.web.access import local_path
from app.web.admin.account import guesses
from app.web.admin.account.entering import complete, waiting
from app.web.admin.account.post import code_seal
from app.web.admin.account.waits import minutes
from app.web.admin.blueprint import blueprint

WRONG = "This code is not right, or it was used before. Codes of the app change every half minute."


@blueprint.get("/sign-in/code")
def sign_in_code() -> ResponseReturnValue:
    """The form for the code."""
    return _page() if waiting() is not None else _anew()


@blueprint.post("/sign-in/code")
def sign_in_code_now() -> ResponseReturnValue:
    """Checks the code and signs in."""
    found = waiting()
    if found is None:
        return _anew()
    row, user = found
    try:
        by = check(user, request.form.get("code", ""))
    except TooManyGuesses as blocked:
        answer = _page(blocked=f"There were too many wrong codes. Try again in {minutes(blocked.seconds)}.", status=429)
        answer.headers["Retry-After"] = str(blocked.seconds)
        return answer
    return _done(row, by) if by else _page(wrong=WRONG, status=401)


def check(user: AdminUser, typed: str) -> str:
    """By what the code was right, `app` or `recovery`; empty when it is wrong, and that counts. Raises `TooManyGuesses`."""
    number = user.id
    guess, bounds = guesses.code(user)
    with transaction() as database:
        by = second_factor.accept(database, staff_id=number, code=typed.replace("\x00", "")[:40], seal=code_seal())
    if by:
        guesses.taken_back(guess)
    else:
        guesses.note_wrong(guess, bounds, of=user)
    return by


def _done(row: StaffSession, by: str) -> Response:
    left = second_factor.recovery_codes_left(row.staff_id) if by == "recovery" else 0
    answer = complete(row, by=by, wanted=request.form.get("next"))
    if by == "recovery":
        flash(f"You signed in with a recovery code; {left} are left. Make new ones under Account when they run out.")
    return answer


def _anew() -> ResponseReturnValue:
    """Nobody waits for a code here, or it took too long."""
    flash("Please sign in once more: the step before this one is over.")
    return redirect(url_for(".sign_in", next=local_path(request.values.get("next"))))


def _page(*, wrong: str = "", blocked: str = "", status: int = 200) -> Response:
    back = local_path(request.values.get("next"))
    return make_response(render_template("admin/account/code.html", next=back, wrong=wrong, blocked=blocked), status)
