"""One errand: how far it is, what became of it, and how to stop it or go on with it."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import errands
from app.accounts import staff_acts
from app.db import transaction
from app.errands import OPEN, Errand, ErrandState, UnderWay
from app.inbox import again as replaying
from app.outbox import again as resending
from app.sync import refreshing
from app.web.access import person
from app.web.admin.blueprint import NUMBER, blueprint
from app.web.admin.wording import DELIVERY_STATES

KINDS: Mapping[str, tuple[str, str, str]] = {
    replaying.KIND: ("Replay of deliveries", "delivery", "admin.inbox"),
    resending.KIND: ("Sending again", "mail", "admin.outbox"),
    refreshing.KIND: ("Reading event types anew", "reading", "admin.sync"),
}
"""What each kind is called, what it counts, and where it belongs."""
STATES: Mapping[str, tuple[str, str]] = {
    ErrandState.ASKED: ("waiting", "Waiting"),
    ErrandState.RUNNING: ("sending", "Under way"),
    ErrandState.STOPPED: ("ignored", "Stopped"),
    ErrandState.DONE: ("processed", "Done"),
    ErrandState.FAILED: ("dead", "Failed"),
}
COUNTS: Mapping[str, str] = {**DELIVERY_STATES, "planned": "Planned again", "created": "New", "changed": "Changed", "same": "The same", "gone": "Gone"}


@blueprint.get(f"/errands/{NUMBER}")
def errand(number: int) -> str:
    """How far it is; the page looks again by itself, with and without scripts."""
    found = _find(number)
    title, unit, home = KINDS[found.kind]
    return render_template(
        "admin/errand.html",
        errand=found, title=title, unit=unit, home=home, badge=STATES[found.state], counts=[(COUNTS.get(name, name), n) for name, n in found.counts.items()],
        under_way=found.state in OPEN, resumable=found.state in {ErrandState.STOPPED, ErrandState.FAILED},
    )  # fmt: skip


@blueprint.post(f"/errands/{NUMBER}/stop")
def stop_errand(number: int) -> ResponseReturnValue:
    """Stops it after the step it is at; what is done stays done."""
    _find(number)
    with transaction() as session:
        stopped = errands.stop(session, number)
        if stopped:
            staff_acts.note(session, staff_id=person().id, act="errand.stop", on=str(number))
    flash("It stops after the few it has in hand. What is done stays done." if stopped else "Nothing was stopped: it was over.")
    return redirect(url_for(".errand", number=number))


@blueprint.post(f"/errands/{NUMBER}/resume")
def resume_errand(number: int) -> ResponseReturnValue:
    """Goes on where it stopped."""
    _find(number)
    try:
        with transaction() as session:
            resumed = errands.resume(session, number)
            if resumed:
                staff_acts.note(session, staff_id=person().id, act="errand.resume", on=str(number))
        flash("It goes on where it stopped." if resumed else "Nothing was done: it is under way or over.")
    except UnderWay as other:
        flash(f"Another one is under way, number {other.number}. Stop it, or wait for its end.")
    return redirect(url_for(".errand", number=number))


def _find(number: int) -> Errand:
    found = errands.by_id(number)
    if found is None or found.kind not in KINDS:
        abort(404, f"There is no errand {number}.")
    return found
