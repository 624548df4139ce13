"""A page that walks a new owner through the first steps; it can be left and taken up again."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.db import transaction
from app.doctor.checks.webhook import NEEDED
from app.first_run import put_aside
from app.inbox.addresses import RECEIVER
from app.web.admin.blueprint import blueprint, settings
from app.web.admin.first_run import steps
from app.wiring import Works

WAIT_SECONDS = 2.0


@blueprint.get("/first-run")
def first_run() -> str:
    """The steps, each with what shows that it is done or what to do."""
    found = steps.steps()
    return render_template(
        "admin/first_run/steps.html",
        steps=found,
        next=next((step.name for step in found if step.open), ""),
        left=sum(step.open for step in found),
        seen=steps.examined(),
        config=settings(),
        webhook_url=f"{settings().SITE_URL}{RECEIVER}",
        triggers=NEEDED,
        all_aside=put_aside.ALL in put_aside.names(),
    )


@blueprint.post("/first-run/look")
def look_at_first_run() -> ResponseReturnValue:
    """Asks the doctor; the page shows what was found."""
    works: Works = current_app.extensions["works"]
    works.practice.begin(wait=WAIT_SECONDS)
    return redirect(url_for(".first_run"))


@blueprint.post("/first-run/<step>/aside")
def put_step_aside(step: str) -> ResponseReturnValue:
    """Not now: the step, or with `all` the whole page, asks for nothing any more."""
    _known(step)
    with transaction() as session:
        put_aside.put_aside(session, step)
    if step == put_aside.ALL:
        flash("The first steps are put aside. They stay at /admin/first-run.")
        return redirect(url_for(".today"))
    return redirect(url_for(".first_run"))


@blueprint.post("/first-run/<step>/take-up")
def take_up_step(step: str) -> ResponseReturnValue:
    """The step counts again."""
    _known(step)
    with transaction() as session:
        put_aside.take_up(session, step)
    return redirect(url_for(".first_run"))


def _known(step: str) -> None:
    if step not in steps.TITLES and step != put_aside.ALL:
        abort(404, f"There is no step with the name {step[:40]}.")
