"""`/demo/outbox`: the mails written so far, as a person would see them."""

from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.config import Settings
from app.site import Site
from app.web.demo.mails import Mail, Summary, calendar_entry, read, summary

blueprint = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")

SHOWN = 200
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
"""For the mail's own HTML in its frame: mails carry their style inside, and run nothing."""
LINKS_LEAVE_THE_FRAME = '<base target="_top">'


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
    return Response(html.replace("<head>", "<head>" + LINKS_LEAVE_THE_FRAME, 1), mimetype="text/html")


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


@blueprint.record_once
def _have_the_last_word(state: BlueprintSetupState) -> None:
    """Talisman writes its headers after any view has; functions that were registered first run last, so this one goes first."""
    app = state.app
    assert isinstance(app, Flask)  # noqa: S101 -- blueprints of Flask are registered on apps of Flask
    app.after_request_funcs.setdefault(None, []).insert(0, _allow_the_frame)


def _allow_the_frame(response: Response) -> Response:
    """The pages may show frames of our own; the mail's HTML may be shown in one, and may do nothing else."""
    if request.endpoint in {"demo.outbox", "demo.show"}:
        response.headers["Content-Security-Policy"] += "; frame-src 'self'"
    elif request.endpoint == "demo.body" and response.status_code == 200:
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers.pop("Cross-Origin-Opener-Policy", None)  # a sandboxed page may not have one
    if (request.endpoint or "").startswith("demo."):
        response.headers["Cache-Control"] = "no-store"
    return response
