"""`/demo/outbox`: the mails written so far, as a person would see them."""

from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.config import Settings
from app.site import Site
from app.web import mail_frame
from app.web.demo.mails import Mail, Summary, calendar_entry, read, summary

blueprint = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")

SHOWN = 200


@blueprint.get("/outbox")
def outbox() -> str:
    """Every mail, newest first, and the newest beside the list."""
    return _page("")


@blueprint.get("/outbox/<name>")
def show(name: str) -> str:
    """One mail beside the list."""
    return _page(name)


@blueprint.get("/outbox/<name>/body")
def body(name: str) -> ResponseReturnValue:
    """The HTML part alone, for the frame."""
    html = read(_file(name)).html or "<!doctype html><title>No HTML part</title><p>This mail has no HTML part.</p>"
    return mail_frame.framed(html)


def _page(name: str) -> str:
    files = sorted(_folder().glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    path = _file(name) if name else next(iter(files), None)
    mails: list[Summary] = [summary(path) for path in files[:SHOWN]]
    mail: Mail | None = read(path) if path else None
    site: Site = current_app.extensions["site"]
    return render_template(
        "demo/outbox.html",
        mails=mails,
        count=len(files),
        mail=mail,
        entry=calendar_entry(mail.calendar) if mail else None,
        zone=site.place.time_zone,
        fresh_url=url_for(".show", name=mail.name) if mail else url_for(".outbox"),
    )


def _folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.outbox_folder


def _file(name: str) -> Path:
    path = (_folder() / f"{name}.eml").resolve()
    if path.parent != _folder().resolve() or not path.is_file():
        abort(404)
    return path


@blueprint.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.record_once
def _frames(state: BlueprintSetupState) -> None:
    assert isinstance(state.app, Flask)  # noqa: S101 -- blueprints of Flask are registered on apps of Flask
    mail_frame.allow(state.app, pages={"demo.outbox", "demo.show"}, bodies={"demo.body"})
