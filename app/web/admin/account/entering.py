"""From "it is you" to a session: a fresh one, with nothing of the one before, and with the second factor in between.

Whoever was signed in before in this browser is signed out, in the database as well.
"""

from typing import TYPE_CHECKING

from flask import Response, make_response, redirect, session, url_for
from flask_login import login_user

from app.accounts import second_factor, sessions, staff, staff_acts
from app.accounts.models import AdminUser
from app.accounts.sign_in_models import StaffSession, Stage
from app.db import transaction
from app.web.access import local_path
from app.web.admin.account import guesses
from app.web.admin.browsers import this_browser

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

HALF = "half"
"""Where the browser keeps the token of a session that waits for its code."""
WITH = {"password": "with a password", "link": "with a mailed link", "invitation": "by accepting the invitation"}


def admit(user: AdminUser, *, how: str, wanted: str | None = None) -> Response:
    """Signed in, or on to the code where the person has a second factor."""
    asked, number = second_factor.is_on(user.id), user.id
    with transaction() as database:
        _leave(database)
        if asked:
            token = sessions.begin(database, staff_id=number, how=how, browser=this_browser(), stage=Stage.CODE)
        else:
            token = _enter(database, number, how, said=WITH[how])
    session.clear()
    if asked:
        session[HALF] = token
        return make_response(redirect(url_for("admin.sign_in_code", next=local_path(wanted))))
    return _welcome(number, token, wanted)


def complete(row: StaffSession, *, by: str, wanted: str | None) -> Response:
    """The code was right: signed in, with a new token."""
    number, how = row.staff_id, row.how
    said = f"{WITH[how]} and {'a recovery code' if by == 'recovery' else 'a code'}"
    with transaction() as database:
        _leave(database)
        token = _enter(database, number, how, said=said)
    session.clear()
    return _welcome(number, token, wanted)


def waiting() -> tuple[StaffSession, AdminUser] | None:
    """Who has still to give a code in this browser."""
    token = session.get(HALF)
    return sessions.of_token(token, stage=Stage.CODE) if isinstance(token, str) else None


def renew(database: "Session", *, staff_id: int, how: str) -> str:
    """A new token for whoever is signed in here; every other session of theirs ends. `keep` it after the commit."""
    sessions.end_all(database, staff_id=staff_id)
    return sessions.begin(database, staff_id=staff_id, how=how, browser=this_browser())


def keep(number: int, token: str) -> None:
    """This browser goes on with the new token and nothing else."""
    session.clear()
    user = staff.known(number)
    user.session_token = token
    login_user(user)


def _enter(database: "Session", number: int, how: str, *, said: str) -> str:
    staff.note_sign_in(database, user_id=number)
    browser = this_browser()
    token = sessions.begin(database, staff_id=number, how=how, browser=browser)
    staff_acts.note(database, staff_id=number, act="sign_in", detail=f"{said}, {browser.device}, {browser.network}")
    return token


def _leave(database: "Session") -> None:
    """Ends whatever this browser held until now."""
    for name in ("_user_id", HALF):
        token = session.get(name)
        if isinstance(token, str):
            sessions.end(database, token=token)


def _welcome(number: int, token: str, wanted: str | None) -> Response:
    keep(number, token)
    answer = make_response(redirect(local_path(wanted)))
    guesses.mark_browser(answer, staff.known(number))
    return answer
