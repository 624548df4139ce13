"""Setting up the second factor, and taking it off again: a picture to scan, a first code, ten recovery codes shown once."""

import segno
from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import second_factor, staff_acts
from app.accounts.guesses import TooManyGuesses
from app.db import transaction
from app.web import access
from app.web.access import person, this_session
from app.web.admin.account.code import WRONG, check
from app.web.admin.account.entering import keep, renew
from app.web.admin.account.post import code_seal
from app.web.admin.account.waits import minutes
from app.web.admin.blueprint import blueprint, settings

NOT_YET = "This code is not the one of this moment. Codes change every half minute; the clock of the phone must be right."


@blueprint.get("/account/second-factor", endpoint="second_factor")
def show_second_factor() -> ResponseReturnValue:
    """How things stand, and the picture while a first code is awaited."""
    return _page()


@blueprint.post("/account/second-factor")
def begin_second_factor() -> ResponseReturnValue:
    """Makes the secret that the app is to have. While one is in use, it has to be taken off first."""
    number = person().id
    if not second_factor.is_on(number):
        with transaction() as database:
            second_factor.begin(database, staff_id=number, seal=code_seal())
    return redirect(url_for(".second_factor"))


@blueprint.post("/account/second-factor/confirm")
def confirm_second_factor() -> ResponseReturnValue:
    """Switches it on with a first code; other sessions, which never gave one, end. The answer is the only page that shows the codes."""
    number, how, typed = person().id, this_session().how, _typed()
    if second_factor.is_on(number):
        return redirect(url_for(".second_factor"))
    with transaction() as database:
        codes = second_factor.confirm(database, staff_id=number, code=typed, seal=code_seal())
        if codes:
            token = renew(database, staff_id=number, how=how)
            staff_acts.note(database, staff_id=number, act="account.second_factor_on", on=f"staff:{number}")
    if not codes:
        return _page(wrong=NOT_YET, status=400)
    keep(number, token)
    access.look_again()
    return _codes(codes, fresh=True)


@blueprint.post("/account/second-factor/remove")
def remove_second_factor() -> ResponseReturnValue:
    """Takes it off, with a code."""
    number = person().id
    if wrong := _wrong_code():
        return _page(wrong=wrong, status=400)
    with transaction() as database:
        second_factor.remove(database, staff_id=number)
        staff_acts.note(database, staff_id=number, act="account.second_factor_off", on=f"staff:{number}")
    flash("The second factor is off.")
    return redirect(url_for(".second_factor"))


@blueprint.post("/account/second-factor/codes")
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes, with a code; those before them are worth nothing any more."""
    number = person().id
    if wrong := _wrong_code():
        return _page(wrong=wrong, status=400)
    with transaction() as database:
        codes = second_factor.renew_recovery_codes(database, staff_id=number)
        staff_acts.note(database, staff_id=number, act="account.recovery_codes", on=f"staff:{number}")
    return _codes(codes, fresh=False)


def picture(address: str) -> str:
    """The address as a QR picture: drawing only, no style and no script, so that the strict content policy lets it be seen.

    It has a view box and no size: the style sheet may make it any size without cutting the white border that scanners need.
    """
    drawn: str = segno.make(address, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True, title="Picture for the authenticator app"
    )
    return drawn


def _typed() -> str:
    return request.form.get("code", "").replace("\x00", "")[:40]


def _wrong_code() -> str:
    """What is wrong with the code that was given; empty when it was right, and it is used up then."""
    try:
        return "" if second_factor.is_on(person().id) and check(person(), _typed()) else WRONG
    except TooManyGuesses as blocked:
        return f"There were too many wrong codes. Try again in {minutes(blocked.seconds)}."


def _codes(codes: list[str], *, fresh: bool) -> Response:
    return make_response(render_template("admin/account/codes.html", codes=codes, fresh=fresh))


def _page(*, wrong: str = "", status: int = 200) -> Response:
    user, seal = person(), code_seal()
    on = second_factor.is_on(user.id)
    secret = "" if on else second_factor.waiting_secret(user.id, seal=seal)
    issuer = settings().SITE_NAME or "Frontdesk"
    page = render_template(
        "admin/account/factor.html",
        on=on,
        since=row.since if (row := second_factor.of_person(user.id)) is not None else None,
        codes_left=second_factor.recovery_codes_left(user.id),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=picture(second_factor.address(secret, email=user.email, issuer=issuer)) if secret else "",
        required=access.must_set_up(),
        wrong=wrong,
    )
    return make_response(page, status)
