"""Who may see and do what in the admin area: one table, one guard.

Every route of the admin blueprint stands in `RULES` with the roles that may use it; a route that is missing here
is closed to everybody, and a test says so. Finer acts that a page offers (a link to move a booking, a raw body)
stand in `ACTS`. A host sees the own bookings only; everything else about a host follows from these two tables.
"""

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import unquote, urlsplit

from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import second_factor, sessions
from app.accounts.models import AdminUser, Role
from app.accounts.sign_in_models import StaffSession
from app.bookings.models import Booking
from app.extensions import csrf, login

OPEN: frozenset[Role] = frozenset()
"""For the pages that people see before they have signed in; none of them shows or changes anything of the admin area."""
EVERYBODY = frozenset(Role)
OFFICE = frozenset({Role.OWNER, Role.MANAGER, Role.READ_ONLY})
"""Those who see all bookings."""
DESK = frozenset({Role.OWNER, Role.MANAGER})
"""Those who may change something."""
OWNER = frozenset({Role.OWNER})

RULES: Mapping[str, frozenset[Role]] = {
    "admin.sign_in": OPEN,
    "admin.sign_in_now": OPEN,
    "admin.ask_for_link": OPEN,
    "admin.sign_in_link": OPEN,
    "admin.sign_in_by_link": OPEN,
    "admin.sign_in_code": OPEN,
    "admin.sign_in_code_now": OPEN,
    "admin.join": OPEN,
    "admin.join_now": OPEN,
    "admin.sign_out": EVERYBODY,
    "admin.account": EVERYBODY,
    "admin.change_password": EVERYBODY,
    "admin.end_session": EVERYBODY,
    "admin.end_other_sessions": EVERYBODY,
    "admin.second_factor": EVERYBODY,
    "admin.begin_second_factor": EVERYBODY,
    "admin.confirm_second_factor": EVERYBODY,
    "admin.remove_second_factor": EVERYBODY,
    "admin.renew_recovery_codes": EVERYBODY,
    "admin.staff": DESK,
    "admin.staff_member": DESK,
    "admin.invite": OWNER,
    "admin.invite_again": OWNER,
    "admin.change_role": OWNER,
    "admin.switch_off": OWNER,
    "admin.switch_on": OWNER,
    "admin.end_sessions_of": OWNER,
    "admin.reset_second_factor": OWNER,
    "admin.audit": DESK,
    "admin.today": EVERYBODY,
    "admin.pulse": EVERYBODY,
    "admin.event_types": OFFICE,
    "admin.hosts": OFFICE,
    "admin.first_run": DESK,
    "admin.look_at_first_run": DESK,
    "admin.put_step_aside": DESK,
    "admin.take_up_step": DESK,
    "admin.settings_home": DESK,
    "admin.settings_part": DESK,
    "admin.save_settings": DESK,
    "admin.settings_history": DESK,
    "admin.undo_settings": DESK,
    "admin.preview_settings": DESK,
    "admin.settings_preview": DESK,
    "admin.settings_preview_colour": DESK,
    "admin.calendar": EVERYBODY,
    "admin.booking": EVERYBODY,
    "admin.booking_act": DESK | {Role.HOST},
    "admin.booking_act_now": DESK | {Role.HOST},
    "admin.booking_verify": EVERYBODY,
    "admin.booking_take_over": DESK | {Role.HOST},
    "admin.add_note": DESK | {Role.HOST},
    "admin.note": DESK | {Role.HOST},
    "admin.change_note": DESK | {Role.HOST},
    "admin.remove_note": DESK | {Role.HOST},
    "admin.people": OFFICE,
    "admin.find_people": OFFICE,
    "admin.person": OFFICE,
    "admin.change_opt_out": DESK,
    "admin.add_person_note": DESK,
    "admin.calendar_csv": EVERYBODY,
    "admin.week": EVERYBODY,
    "admin.month": EVERYBODY,
    "admin.day": EVERYBODY,
    "admin.calendar_xlsx": EVERYBODY,
    "admin.feed": EVERYBODY,
    "admin.reports": EVERYBODY,
    "admin.renew_feed": EVERYBODY,
    "admin.revoke_feed": EVERYBODY,
    "admin.inbox": OFFICE,
    "admin.delivery": OFFICE,
    "admin.replay": DESK,
    "admin.outbox": OFFICE,
    "admin.doctor": OFFICE,
    "admin.examine_now": DESK,
    "admin.sync": OFFICE,
    "admin.sync_now": DESK,
    "admin.drift": OFFICE,
    "admin.drift_look": DESK,
    "admin.drift_apply": OWNER,
    "admin.drift_adopt": OWNER,
    "admin.calcom_event_type": DESK,
    "admin.change_calcom_event_type": DESK,
    "admin.undo_calcom_edit": DESK,
    "admin.mails": OFFICE,
    "admin.mail_sample": OFFICE,
    "admin.mail_sample_body": OFFICE,
    "admin.mail": OFFICE,
    "admin.send_again": DESK,
    "admin.release": DESK,
    "admin.replay_some": DESK,
    "admin.errand": OFFICE,
    "admin.stop_errand": DESK,
    "admin.resume_errand": DESK,
    "admin.mail_body": DESK,
    "admin.cancel_mail": DESK,
    "admin.send_some": DESK,
    "admin.tokens": OWNER,
    "admin.make_token": OWNER,
    "admin.revoke_token": OWNER,
}

ACTS: Mapping[str, frozenset[Role]] = {
    "move or cancel": DESK | {Role.HOST},
    "read raw bodies": DESK,
}
"""Both give away a uid, and who holds a uid can move and cancel at Cal.com."""

HOME = "/admin/"

SET_UP = frozenset({"admin.second_factor", "admin.begin_second_factor", "admin.confirm_second_factor", "admin.sign_out"})
"""All that an owner without a second factor may use when the site asks for one."""


SERVICES: Mapping[str, frozenset[Role]] = {"tokens.managed_user": DESK}
"""Addresses outside the admin area for programs that know SERVICE_TOKEN, and for signed-in staff with these roles."""


def let_service_in() -> None:
    """Lets a program in that knows SERVICE_TOKEN, or staff by a request of our own pages; everybody else is told 401, 403 or 400."""
    wanted = current_app.extensions["settings"].SERVICE_TOKEN
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if given:
        if not wanted or kind.lower() != "bearer" or not compare_digest(given.strip().encode(), wanted.encode()):
            abort(401, "The token is missing or wrong: Authorization: Bearer SERVICE_TOKEN")
        return
    if not current_user.is_authenticated:
        abort(401, "Sign in, or send Authorization: Bearer SERVICE_TOKEN")
    if must_set_up():
        abort(403, "Set up the second factor first: this site asks owners for one.")
    if person().role not in SERVICES.get(request.endpoint or "", OPEN):
        abort(403, "Your role does not include this. The owner can change that.")
    csrf.protect()


def guard() -> ResponseReturnValue | None:
    """Lets the request through, sends it to the sign-in page, or answers 403 when the role does not allow it."""
    rule = RULES.get(request.endpoint or "")
    if rule is OPEN:
        return None
    if not current_user.is_authenticated:
        back = request.full_path.rstrip("?") if request.method == "GET" else HOME
        return redirect(url_for("admin.sign_in", next=back))
    if must_set_up() and request.endpoint not in SET_UP:
        return redirect(url_for("admin.second_factor"))
    if rule is None or person().role not in rule:
        abort(403, "Your role does not include this. The owner can change that.")
    sessions.notice(this_session())
    return None


def person() -> AdminUser:
    """The staff member who asks; only behind the guard."""
    user: AdminUser = current_user._get_current_object()  # noqa: SLF001 -- how a local proxy gives out what it stands for
    return user


def this_session() -> StaffSession:
    """The session in which the person asks; only behind the guard."""
    row: StaffSession = g.staff_session
    return row


def must_set_up() -> bool:
    """Whether the person who asks is an owner without the second factor that this site asks for."""
    if "must_set_up" not in g:
        required = bool(current_app.extensions["settings"].REQUIRE_2FA) and person().role == Role.OWNER
        g.must_set_up = required and not second_factor.is_on(person().id)
    return bool(g.must_set_up)


def look_again() -> None:
    """What was known of the person's second factor is not true any more."""
    g.pop("must_set_up", None)


def may(act: str) -> bool:
    """Whether the person who asks may use a route (by endpoint) or do an act of `ACTS`."""
    if not current_user.is_authenticated or must_set_up():
        return False
    return person().role in (ACTS[act] if act in ACTS else RULES.get(act, OPEN))


def own_bookings_of() -> str:
    """The address whose bookings alone may be seen; empty for people who see all."""
    return person().email if person().role == Role.HOST else ""


def sees(booking: Booking) -> bool:
    """Whether the person who asks may see this booking."""
    return own_bookings_of() in {"", booking.host_email.lower()}


def local_path(wanted: str | None) -> str:
    """Where to go after signing in: the wanted page if it is one of the admin area, else its first page."""
    if not wanted or not wanted.startswith("/admin/") or "\\" in wanted or any(ord(sign) < 33 for sign in wanted):
        return HOME
    parts = urlsplit(wanted)
    upwards = {".", ".."}.intersection(unquote(parts.path).replace("\\", "/").split("/"))
    return wanted if not parts.scheme and not parts.netloc and not upwards else HOME


@login.user_loader  # type: ignore[untyped-decorator]  # flask-login ships no types
def _load(token: str) -> AdminUser | None:
    found = sessions.of_token(str(token))
    if found is None:
        return None
    g.staff_session, user = found
    user.session_token = str(token)
    return user
