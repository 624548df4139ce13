"""One event type of the file in a form: what the change does is shown first, then the file and Cal.com are changed together."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import staff_acts
from app.calcom.errors import CalcomError
from app.config_as_code import editing, show
from app.config_as_code.apply import Done, Unsafe
from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import Busy
from app.config_as_code.editing import Overtaken, Proposal
from app.config_as_code.files import load
from app.config_as_code.wishes import Wish
from app.db import transaction
from app.web.access import person
from app.web.admin.blueprint import NUMBER, blueprint
from app.web.admin.drift.at_hand import FAULTS, desk, digest, said, was_shown
from app.web.admin.drift.form import TYPES, Entered, fields_of, from_form, from_wish
from app.web.filters import money

OVERTAKEN = "This cannot be taken back by a button any more: the same was changed since. Change it in the form."


@blueprint.get("/calcom/event-types/<slug>")
def calcom_event_type(slug: str) -> ResponseReturnValue:
    """The form, as the file has it."""
    try:
        wish = _wish(slug)
    except (ConfigError, CalcomError) as error:
        flash(str(error))
        return redirect(url_for(".drift"))
    return _page(wish, from_wish(wish))


@blueprint.post("/calcom/event-types/<slug>")
def change_calcom_event_type(slug: str) -> ResponseReturnValue:
    """Shows what the change does; with `step=apply` from a page that showed exactly this, does it."""
    try:
        wish = _wish(slug)
    except (ConfigError, CalcomError) as error:
        flash(str(error))
        return redirect(url_for(".drift"))
    entered = from_form(request.form, wish)
    if entered.mistakes:
        return _page(wish, entered), 422
    try:
        proposal = editing.propose(desk(), slug, fields_of(entered, wish))
        if request.form.get("step") != "apply" or not was_shown(proposal.plan):
            return _page(wish, entered, proposal)
        return _carry_out(proposal)
    except FAULTS as error:
        return _page(wish, entered, fault=said(error)), 422


@blueprint.post(f"/calcom/edits/{NUMBER}/undo")
def undo_calcom_edit(number: int) -> ResponseReturnValue:
    """Takes an edit back."""
    try:
        return _carry_out(editing.take_back(desk(), number), undoes=number)
    except Overtaken:
        flash(OVERTAKEN)
    except (ConfigError, CalcomError, Busy, Unsafe) as error:
        flash(said(error))
    return redirect(url_for(".drift"))


def _carry_out(proposal: Proposal, *, undoes: int | None = None) -> ResponseReturnValue:
    if not proposal.after:
        flash("Nothing was changed: the file says so already.")
        return redirect(url_for(".drift"))
    result = editing.carry_out(desk(), proposal)
    outcome, by = _outcome(result), person().id
    with transaction() as session:
        editing.note(session, proposal, staff_id=by, outcome=outcome, undoes=undoes)
        act = "calcom.undo" if undoes else "calcom.edit"
        staff_acts.note(session, staff_id=by, act=act, on=proposal.slug, detail=", ".join(proposal.after))
    flash(outcome or f"{proposal.slug} is changed, in the file and at Cal.com.")
    return redirect(url_for(".drift"))


def _outcome(result: Done) -> str:
    if result.refused:
        return f"Cal.com did not take it, and the file is as it was: {result.refused}"
    if result.dropped:
        return f"Cal.com took it without a word and did not keep: {', '.join(name for _, names in result.dropped for name in names)}."
    return ""


def _wish(slug: str) -> Wish:
    at = desk()
    found = editing.one(load(at.path), at.around, slug)
    if found is None:
        abort(404, "The file has no such event type.")
    return found


def _page(wish: Wish, entered: Entered, proposal: Proposal | None = None, *, fault: str = "") -> str:
    price = wish.read_only.get("price") or 0
    return render_template(
        "admin/drift/event_type.html",
        wish=wish,
        entered=entered,
        types=TYPES,
        price=money(price, str(wish.read_only.get("currency") or "").upper()) if price else "Free",
        fault=fault,
        changed=bool(proposal and proposal.after),
        shown=show.fragment(proposal.plan) if proposal else "",
        seen=digest(proposal.plan) if proposal else "",
    )
