"""The parts of the settings: a form each, checked by the rules of the start, with mistakes beside their fields."""

from collections.abc import Mapping
from typing import Any

import yaml
from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import staff_acts
from app.db import transaction
from app.site_edits import edit, file, form, history
from app.site_edits.document import NotWritten, changed
from app.site_edits.sections import BY_SLUG, SECTIONS, Section
from app.site_file import SiteFileError
from app.web.access import person
from app.web.admin.blueprint import blueprint, settings
from app.wiring import Works

Answer = ResponseReturnValue
SAVED = "Saved. Every page shows it within a second or two."


@blueprint.get("/settings")
def settings_home() -> str:
    """The first part."""
    return _page(SECTIONS[0])


@blueprint.get("/settings/<slug>")
def settings_part(slug: str) -> str:
    """One part with what the file says now."""
    return _page(section_named(slug))


@blueprint.post("/settings/<slug>")
def save_settings(slug: str) -> Answer:
    """Saves a part; what was entered comes back with the reason when it cannot be."""
    section = section_named(slug)
    now = file.read(settings().site_path)
    entered, text, problems = draft(section, now.text)
    if problems:
        return _again(section, entered, problems=problems)
    seen = request.form.get("seen", "")
    if seen != now.digest:
        return _again(section, entered, overtaken=True)
    try:
        with transaction() as session:
            saved = edit.save(session, settings(), text=text, seen=seen, by=who(), what=section.slug)
            if saved is not None:
                staff_acts.note(session, staff_id=person().id, act="settings.save", on=section.slug)
    except file.Overtaken:
        return _again(section, entered, overtaken=True)
    except file.NotWritable as error:
        return _again(section, entered, unwritable=str(error), text=text)
    works().look_at_site(at_once=True)
    flash(SAVED if saved is not None else "Nothing was changed.")
    return redirect(url_for(".settings_part", slug=section.slug))


def draft(section: Section, text: str) -> tuple[dict[str, Any], str, dict[str, str]]:
    """What was entered, the text of the file with it, and what is wrong by key (`""` for the whole)."""
    entered = form.entered(section, request.form, values_of(text))
    try:
        wanted = changed(text, entered)
        edit.checked(settings(), wanted)
    except SiteFileError as error:
        return entered, "", error.problems or {"": str(error)}
    except NotWritten as error:
        return entered, "", {"": f"This cannot be saved: {error}."}
    return entered, wanted, {}


def values_of(text: str) -> Mapping[str, Any]:
    """What the file says; nothing when it cannot be read, which the page tells."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def section_named(slug: str) -> Section:
    """The part with this name; 404 when there is none."""
    if slug not in BY_SLUG:
        abort(404, f"There are no settings with the name {slug[:40]}.")
    return BY_SLUG[slug]


def who() -> dict[str, Any]:
    """Who saves."""
    return {"staff_id": person().id, "who": person().name or person().email}


def works() -> Works:
    """What follows from the site file in this process."""
    found: Works = current_app.extensions["works"]
    return found


def _again(section: Section, entered: Mapping[str, Any], **about: Any) -> Answer:
    status = 409 if about.get("overtaken") else 422 if about.get("problems") else 200
    return make_response(_page(section, entered=entered, **about), status)


def _page(section: Section, *, entered: Mapping[str, Any] | None = None, problems: Mapping[str, str] | None = None, **about: Any) -> str:
    now = file.read(settings().site_path)
    values = values_of(now.text)
    parts = form.fields(section, {**values, **entered} if entered is not None else values, problems or {})
    newest = history.newest()
    return render_template(
        "admin/settings/part.html",
        section=section,
        sections=SECTIONS,
        parts=parts,
        summary=_summary(parts, problems or {}),
        seen=now.digest,
        path=settings().site_path,
        is_sample=not settings().site_path.is_file(),
        fixed={name: key for name, key in (("SITE_NAME", "name"), ("PLACE_TIME_ZONE", "place.time_zone")) if getattr(settings(), name)},
        broken=works().site_problem,
        warnings=works().site.warnings if section.slug == "brand" else [],
        last=newest[0] if newest else None,
        **about,
    )


def _summary(parts: list[form.Leaf | form.Block], problems: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every mistake once, those beside a field with the field's name."""
    named = dict(_wrong(parts))
    said = {text for _, text in named.values()}
    rest = [("", f"{key} {text}" if key else text) for key, text in problems.items() if text not in said]
    return [(name, f"{label} {text}") for name, (label, text) in named.items()] + rest


def _wrong(parts: list[form.Leaf | form.Block]) -> list[tuple[str, tuple[str, str]]]:
    found: list[tuple[str, tuple[str, str]]] = []
    for part in parts:
        if part.error:
            found.append((part.name, (part.label, part.error)))
        if isinstance(part, form.Block):
            found += _wrong(part.parts)
    return found
