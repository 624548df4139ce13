"""Who may sign in: invite, change roles, switch off and on, end sessions. Owners act, managers see."""

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import act_queries, links, second_factor, sessions, staff, staff_acts
from app.accounts.models import AdminUser, Role
from app.accounts.sign_in_models import Purpose
from app.accounts.staff import BadAccount, LastOwner
from app.db import transaction
from app.web.access import person
from app.web.admin.account.act_words import said
from app.web.admin.account.post import post
from app.web.admin.blueprint import NUMBER, blueprint, settings

ROLES = {
    Role.OWNER: "Everything, staff included",
    Role.MANAGER: "All bookings, and everything that keeps the site running",
    Role.HOST: "Own bookings only",
    Role.READ_ONLY: "Sees all bookings, changes nothing",
}


@blueprint.get("/staff", endpoint="staff")
def show_staff() -> ResponseReturnValue:
    """Everybody who may sign in, or might."""
    return _page()


@blueprint.post("/staff")
def invite() -> ResponseReturnValue:
    """Mails an invitation to somebody new."""
    email, role = request.form.get("email", "").replace("\x00", "")[:320], _role()
    by, name = person().id, person().name
    try:
        with transaction() as database:
            user = staff.invite(database, email=email, role=role)
            links.send(database, user, purpose=Purpose.INVITATION, post=post(by=name))
            staff_acts.note(database, staff_id=by, act="staff.invite", on=f"staff:{user.id}", detail=f"as {_said(role)}")
            address = user.email
    except BadAccount as error:
        return _page(email=email, role=role, wrong=f"Nobody was invited: {error}.", status=400)
    flash(f"An invitation is on its way to {address}. It works for 7 days.")
    return redirect(url_for(".staff"))


@blueprint.get(f"/staff/{NUMBER}")
def staff_member(number: int) -> ResponseReturnValue:
    """One person: role, second factor, sessions, the last acts."""
    return _member(_known(number))


@blueprint.post(f"/staff/{NUMBER}/invite")
def invite_again(number: int) -> ResponseReturnValue:
    """Mails the invitation once more; the link before it stops working."""
    user, by, name = _known(number), person().id, person().name
    if not (user.invited and user.active):
        abort(404, "Nobody waits for this invitation.")
    with transaction() as database:
        links.send(database, user, purpose=Purpose.INVITATION, post=post(by=name))
        staff_acts.note(database, staff_id=by, act="staff.invite", on=f"staff:{number}", detail="once more")
    flash("The invitation is on its way once more. The link before it does not work any more.")
    return redirect(url_for(".staff_member", number=number))


@blueprint.post(f"/staff/{NUMBER}/role")
def change_role(number: int) -> ResponseReturnValue:
    """Another role, from the next page that the person opens."""
    user, role, by = _known(number), _role(), person().id
    try:
        with transaction() as database:
            before = staff.change_role(database, staff_id=number, role=role)
            if before is not None:
                staff_acts.note(database, staff_id=by, act="staff.role", on=f"staff:{number}", detail=f"{_said(before)} to {_said(role)}")
    except LastOwner as error:
        return _member(user, wrong=f"Nothing was changed: {error}.", status=400)
    flash("The role is changed. The person signs in anew." if before is not None else "That was the role already.")
    return redirect(url_for(".staff_member", number=number) if number != by else url_for(".sign_in"))


@blueprint.post(f"/staff/{NUMBER}/off")
def switch_off(number: int) -> ResponseReturnValue:
    """The person cannot sign in any more; sessions and links end at once."""
    user, by = _known(number), person().id
    try:
        with transaction() as database:
            if staff.switch_off(database, staff_id=number):
                links.withdraw(database, staff_id=number)
                staff_acts.note(database, staff_id=by, act="staff.off", on=f"staff:{number}")
    except LastOwner as error:
        return _member(user, wrong=f"Nothing was changed: {error}.", status=400)
    flash("The account is switched off, and every session has ended.")
    return redirect(url_for(".staff_member", number=number) if number != by else url_for(".sign_in"))


@blueprint.post(f"/staff/{NUMBER}/on")
def switch_on(number: int) -> ResponseReturnValue:
    """The person may sign in again."""
    _known(number)
    by = person().id
    with transaction() as database:
        if staff.switch_on(database, staff_id=number):
            staff_acts.note(database, staff_id=by, act="staff.on", on=f"staff:{number}")
    flash("The account is switched on.")
    return redirect(url_for(".staff_member", number=number))


@blueprint.post(f"/staff/{NUMBER}/sessions/end")
def end_sessions_of(number: int) -> ResponseReturnValue:
    """Signs the person out everywhere."""
    _known(number)
    by = person().id
    with transaction() as database:
        ended = sessions.end_all(database, staff_id=number)
        staff_acts.note(database, staff_id=by, act="staff.end_sessions", on=f"staff:{number}", detail=f"{ended} ended")
    flash("The person is signed out everywhere.")
    return redirect(url_for(".staff_member", number=number) if number != by else url_for(".sign_in"))


@blueprint.post(f"/staff/{NUMBER}/second-factor/reset")
def reset_second_factor(number: int) -> ResponseReturnValue:
    """For somebody who lost phone and recovery codes: no code is asked for any more. Never for oneself."""
    _known(number)
    by = person().id
    if number == by:
        abort(403, "Your own second factor is taken off under Account, with a code. Another owner can reset it.")
    with transaction() as database:
        if second_factor.remove(database, staff_id=number):
            sessions.end_all(database, staff_id=number)
            staff_acts.note(database, staff_id=by, act="staff.reset_second_factor", on=f"staff:{number}")
    flash("The second factor is reset; the person signs in without a code.")
    return redirect(url_for(".staff_member", number=number))


def _known(number: int) -> AdminUser:
    user = staff.by_id(number)
    if user is None:
        abort(404, "There is nobody with this number.")
    return user


def _role() -> Role:
    wanted = request.form.get("role", "")
    if wanted not in set(Role):
        abort(400, "There is no such role.")
    return Role(wanted)


def _said(role: Role) -> str:
    return role.replace("_", " ")


def _page(*, email: str = "", role: str = Role.MANAGER, wrong: str = "", status: int = 200) -> Response:
    page = render_template(
        "admin/account/staff.html",
        people=staff.everybody(),
        with_factor=second_factor.with_it_on(),
        invited_until=links.invited_until(),
        roles=ROLES,
        email=email,
        role=role,
        wrong=wrong,
        required=settings().REQUIRE_2FA,
    )
    return make_response(page, status)


def _member(user: AdminUser, *, wrong: str = "", status: int = 200) -> Response:
    page = render_template(
        "admin/account/member.html",
        member=user,
        factor=second_factor.of_person(user.id),
        sessions=sessions.open_of(user.id),
        until=links.invited_until().get(user.id),
        acts=act_queries.newest_of(user.id),
        said=said,
        roles=ROLES,
        wrong=wrong,
    )
    return make_response(page, status)
