"""The doctor: examines the site on request and shows what the last examination found."""

from itertools import groupby
from operator import itemgetter

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import staff_acts
from app.db import transaction
from app.doctor.finding import Status
from app.web.access import person
from app.web.admin.blueprint import blueprint
from app.wiring import Works

WAIT_SECONDS = 2.0
"""So long a browser waits for the first results: mostly all are there by then, also without scripts."""
WORDS = {Status.FAILED: "Broken", Status.WARNING: "Look at it", Status.OK: "Good", Status.OFF: "Not set"}


@blueprint.get("/doctor")
def doctor() -> str:
    """The newest examination, as far as it is."""
    seen = _works().practice.latest()
    results = seen.results if seen else []
    groups = [(name, list(rows)) for name, rows in groupby(results, key=itemgetter("group"))]
    counts = {status: sum(row["status"] == status for row in results) for status in WORDS}
    return render_template("admin/doctor.html", seen=seen, results=results, groups=groups, counts=counts, labels=WORDS)


@blueprint.post("/doctor")
def examine_now() -> ResponseReturnValue:
    """Begins an examination; the page shows how far it is."""
    _works().practice.begin(wait=WAIT_SECONDS)
    by = person().id
    with transaction() as session:
        staff_acts.note(session, staff_id=by, act="doctor.examine")
    return redirect(url_for(".doctor"))


def _works() -> Works:
    found: Works = current_app.extensions["works"]
    return found
