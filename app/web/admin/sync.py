"""Comparisons with Cal.com: what was verified and when, what each run did, and a button for one more."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import staff_acts
from app.db import transaction
from app.sync import queries, runs
from app.sync.models import RunKind
from app.web.access import person
from app.web.admin import run_wording
from app.web.admin.blueprint import blueprint, settings
from app.web.admin.places import place


@blueprint.get("/sync")
def sync() -> str:
    """The newest figure, what is under way, and one page of runs."""
    page = queries.page(older_than=place(request.args, "older"), newer_than=place(request.args, "newer"))
    return render_template(
        "admin/sync.html",
        says=run_wording,
        has_key=bool(settings().CALCOM_API_KEY),
        minutes=settings().SYNC_MINUTES,
        page=page,
        count=queries.count(),
        under_way=queries.under_way(),
        done=queries.last_done(),
        last=queries.last_ended(),
    )


@blueprint.post("/sync")
def sync_now() -> ResponseReturnValue:
    """Asks the worker for a comparison; it begins within a second."""
    if not settings().CALCOM_API_KEY:
        flash("Nothing was started: without CALCOM_API_KEY nothing can be asked of Cal.com.")
        return redirect(url_for(".sync"))
    kind = RunKind.FULL if request.form.get("kind") == "full" else RunKind.DAILY
    by, name = person().id, person().name or person().email
    with transaction() as session:
        number = runs.ask(session, kind=kind, cause=f"admin:{name}").id
        staff_acts.note(session, staff_id=by, act="sync.now", on=str(number), detail=kind)
    flash(f"Comparison {number} is asked for and begins within seconds.")
    return redirect(url_for(".sync"))
