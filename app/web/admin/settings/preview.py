"""A draft as visitors would see it, before it is saved: a page of its own behind a signed link, for staff alone.

The draft is a row, since it is too long for an address; the link names whose it is and of which text, so that it shows
this draft or nothing. The colour comes as a second style sheet: the real one belongs to the site as it is.
"""

import hashlib

from flask import Response, abort, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import escape

from app.db import transaction
from app.site import Site
from app.site_edits import edit, file, history
from app.web.access import person
from app.web.admin.blueprint import blueprint, settings
from app.web.admin.settings.pages import draft, section_named
from app.web.assets import brand_css, squeeze_css
from app.web.public import catalogue

SECONDS = 3600
PAGES = {"home": "public/home.html", "consultation": "public/consultation.html", "book": "public/book.html"}
BAR = ".preview-bar { margin: 0; padding: 8px 16px; max-width: none; background: var(--ink); color: var(--paper); text-align: center; font-size: 0.94rem }"
"""The line on top that tells a preview from the real page."""


@blueprint.post("/settings/<slug>/preview")
def preview_settings(slug: str) -> ResponseReturnValue:
    """Keeps what was entered as a draft and leads to it."""
    section = section_named(slug)
    _, text, problems = draft(section, file.read(settings().site_path).text)
    if problems:
        said = "".join(f"<li>{escape(key)} {escape(text)}</li>" for key, text in problems.items())
        return make_response(f"<!doctype html><html lang=en><title>No preview</title><h1>This cannot be shown yet</h1><ul>{said}</ul></html>", 422)
    with transaction() as session:
        history.keep_draft(session, staff_id=person().id, text=text)
    token = _signer().dumps([person().id, _digest(text)])
    return redirect(url_for(".settings_preview", page=section.preview or "home", token=token), code=303)


@blueprint.get("/settings/preview/<page>/<token>")
def settings_preview(page: str, token: str) -> Response:
    """A public page with the texts of the draft."""
    shown = _site(token)
    if page not in PAGES:
        abort(404)
    about = {"home": (shown.home.title, shown.description), "consultation": (shown.consultation.title, shown.consultation.lead), "book": (shown.book.title, "")}
    heading, summary = about[page]
    values = {"site": shown, "heading": heading, "summary": summary, "event_types": catalogue.cards(), "private": True, "draft": True}
    html = render_template("admin/settings/shown.html", page=PAGES[page], **values)
    return make_response(html.replace("</head>", f'<link rel="stylesheet" href="{url_for(".settings_preview_colour", token=token)}"></head>', 1))


@blueprint.get("/settings/preview-colour/<token>")
def settings_preview_colour(token: str) -> Response:
    """The colour of the draft."""
    return Response(squeeze_css(BAR) + brand_css(_site(token)), mimetype="text/css")


def _site(token: str) -> Site:
    try:
        owner, digest = _signer().loads(token, max_age=SECONDS)
    except (BadSignature, ValueError):
        abort(404, "This preview is over. Open it again from the settings.")
    text = history.draft_of(owner) or ""
    if _digest(text) != digest:
        abort(404, "This preview is over: there is a newer draft. Open it again from the settings.")
    return edit.checked(settings(), text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="settings-preview")
