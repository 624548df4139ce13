"""The Cal.com account as code: what differs and since when, the plan, and carrying it out or adopting what is there."""

import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts import staff_acts
from app.calcom.errors import CalcomError, NotConfigured
from app.config_as_code import drift as drifting
from app.config_as_code import editing, show, spoken
from app.config_as_code.complaints import ConfigError
from app.config_as_code.files import load
from app.config_as_code.plan import Plan
from app.db import transaction
from app.web.access import person
from app.web.admin.blueprint import blueprint, settings
from app.web.admin.drift.at_hand import FAULTS, desk, digest, said, was_shown

SECONDS = 10.0
"""So long somebody waits for an apply; what is left then is applied by the next press."""


@blueprint.get("/calcom")
def drift() -> str:
    """What the last look found, the event types of the file, what was edited. Asks nothing of Cal.com."""
    return _page()


@blueprint.post("/calcom/look")
def drift_look() -> ResponseReturnValue:
    """Compares now and shows the plan."""
    try:
        plan = desk().compare().plan
    except FAULTS as error:
        return _page(fault=said(error)), 422
    drifting.note(plan, now=clock.now())
    return _page(plan)


@blueprint.post("/calcom/apply")
def drift_apply() -> ResponseReturnValue:
    """Carries out the plan that was shown."""
    try:
        at = desk()
        compared = at.compare()
        if not was_shown(compared.plan):
            return _page(compared.plan, fault="Meanwhile the account or the file has changed. Look at the plan again."), 409
        force = request.form.get("force") == "yes"
        if compared.plan.unsafe and not force:
            return _page(compared.plan, fault="Tick the box to say that this is meant."), 422
        until = time.monotonic() + SECONDS
        result = at.apply(compared, force=force, should_stop=lambda: time.monotonic() > until)
        _note("calcom.apply", f"{len(result.done)} done, {len(result.left)} left")
        left = at.compare().plan
    except FAULTS as error:
        return _page(fault=said(error)), 422
    drifting.note(left, now=clock.now())
    dropped = [f"Cal.com took {change.key} without a word and did not keep: {', '.join(names)}." for change, names in result.dropped]
    told = [f"{len(result.done)} {'change' if len(result.done) == 1 else 'changes'} applied.", *([result.refused] if result.refused else []), *dropped]
    if result.left and not result.refused:
        told.append(f"{len(result.left)} are left: apply again to go on.")
    flash(" ".join(told))
    return redirect(url_for(".drift")) if result.complete else _page(left)


@blueprint.post("/calcom/adopt")
def drift_adopt() -> ResponseReturnValue:
    """Writes what Cal.com has into the file."""
    try:
        at = desk()
        written = at.pull()
        plan = at.compare().plan
    except FAULTS as error:
        return _page(fault=said(error)), 422
    drifting.note(plan, now=clock.now())
    _note("calcom.adopt", ", ".join(path.name for path in written))
    flash(f"Adopted into {', '.join(path.name for path in written)}." if written else "The file says what Cal.com is already.")
    return redirect(url_for(".drift"))


def _note(act: str, detail: str) -> None:
    by = person().id
    with transaction() as session:
        staff_acts.note(session, staff_id=by, act=act, on="calcom.yaml", detail=detail)


def _page(plan: Plan | None = None, *, fault: str = "") -> str:
    kinds, problem = [], ""
    exists = settings().CALCOM_CONFIG.exists()
    try:
        at = desk()
        kinds = editing.listed(load(at.path), at.around) if exists else []
    except (ConfigError, NotConfigured, CalcomError) as error:
        problem = str(error)
    return render_template(
        "admin/drift/page.html",
        rows=drifting.current(),
        look=drifting.last_look(),
        plan=plan,
        shown=show.fragment(plan) if plan is not None else "",
        seen=digest(plan) if plan is not None else "",
        fault=fault,
        problem=problem,
        exists=exists,
        file=settings().CALCOM_CONFIG.name,
        kinds=kinds,
        edits=editing.history(),
        spoken=spoken,
    )
