"""What each kind of mail looks like, in each language, with sample data; which of them this site sends; who left."""

from dataclasses import dataclass, replace

from flask import Flask, Response, abort, current_app, render_template, request
from flask.blueprints import BlueprintSetupState

from app.accounts import opt_outs
from app.db import db
from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.sample import ALL_KINDS, sample
from app.outbox.topics import LETS_IN, SEQUENCES, Topic, family
from app.web import mail_frame
from app.web.admin.blueprint import blueprint, settings
from app.wiring import Works

LANGUAGES = {"en": "English", "de": "German", "es": "Spanish"}
ZONES = {"en": "Europe/Berlin", "de": "Europe/Berlin", "es": "Europe/Madrid"}
DOUBLED = (Topic.CONFIRMATION, Topic.RESCHEDULED, Topic.CANCELLED)
"""Kinds that Cal.com sends as well, with a calendar entry, unless it is told not to."""
PROPOSAL = "reminder,follow_up,re_engagement,admin_"


@dataclass(frozen=True)
class Kind:
    """One line of the list."""

    name: str
    off: str
    """Why this site does not send it; empty when it does."""


@blueprint.get("/mails")
def mails() -> str:
    """Every kind, and the first of them beside the list."""
    return _page(ALL_KINDS[0])


@blueprint.get("/mails/<kind>")
def mail_sample(kind: str) -> str:
    """One kind beside the list."""
    return _page(kind)


@blueprint.get("/mails/<kind>/body")
def mail_sample_body(kind: str) -> Response:
    """The HTML of the sample alone, for the frame."""
    return mail_frame.framed(_email(kind, _language()).html)


def _page(kind: str) -> str:
    language = _language()
    policy = _works().policy
    return render_template(
        "admin/mails.html",
        kinds=[Kind(name, _off(name)) for name in ALL_KINDS],
        kind=kind,
        language=language,
        languages={code: LANGUAGES[code] for code in _works().brand.languages},
        email=_email(kind, language),
        off=_off(kind),
        twice=any(policy.sends(doubled) for doubled in DOUBLED) and not settings().demo,
        sent_kinds=sorted(policy.kinds),
        proposal=PROPOSAL,
        gone=opt_outs.newest(db.session()),
    )


def _email(kind: str, language: str) -> Email:
    if kind not in ALL_KINDS:
        abort(404, f"There is no kind of mail with the name {kind[:40]}.")
    brand = _works().brand
    written = replace(brand, languages=(language, *brand.languages)) if kind.startswith("admin_") else brand
    return sample(kind, brand=written, site_url=settings().SITE_URL, locale=language, zone=ZONES[language]).email()


def _off(kind: str) -> str:
    policy = _works().policy
    if kind in LETS_IN:
        return ""
    if not policy.sends(kind):
        return "switched off by MAIL_KINDS"
    if kind.startswith("admin_") and not policy.admin_email:
        return "ADMIN_EMAIL is not set"
    if kind == Topic.ADMIN_DIGEST and policy.digest_at is None:
        return "no time in the site file (mails, digest_at)"
    if family(kind) in SEQUENCES and not (policy.follow_up if kind.startswith("follow_up") else policy.re_engagement):
        return "no steps in the site file (mails)"
    return ""


def _language() -> str:
    brand: Brand = _works().brand
    wanted = request.args.get("lang", "")
    return wanted if wanted in brand.languages else brand.languages[0]


def _works() -> Works:
    found: Works = current_app.extensions["works"]
    return found


@blueprint.record_once
def _frames(state: BlueprintSetupState) -> None:
    assert isinstance(state.app, Flask)  # noqa: S101 -- blueprints of Flask are registered on apps of Flask
    mail_frame.allow(state.app, pages={"admin.mails", "admin.mail_sample", "admin.mail"}, bodies={"admin.mail_sample_body", "admin.mail_body"})
